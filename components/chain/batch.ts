import { TransactionRefused } from "./errors.ts";
import type { ChainMessage, TransactionReceipt } from "./types.ts";

/** The messages of one caller, who takes the receipt or the error. */
export interface BatchItem {
  readonly messages: readonly ChainMessage[];
  resolve(receipt: TransactionReceipt): void;
  reject(error: unknown): void;
}

/**
 * Sends the messages of independent callers as one transaction. A transaction fails as a whole, so when a
 * message of one caller makes it fail, that caller gets the error and the others are sent without it; when
 * the chain does not say which message it was, each caller's are sent alone.
 */
export async function sendBatch(
  items: readonly BatchItem[],
  send: (messages: readonly ChainMessage[]) => Promise<TransactionReceipt>,
): Promise<void> {
  if (items.length === 0) return;
  try {
    const receipt = await send(items.flatMap((item) => item.messages));
    for (const item of items) item.resolve(receipt);
  } catch (error) {
    const separable = error instanceof TransactionRefused && error.stage !== "check";
    if (items.length === 1 || !separable) {
      for (const item of items) item.reject(error);
      return;
    }
    const culprit = error.messageIndex === undefined ? undefined : itemOf(items, error.messageIndex);
    if (!culprit) {
      for (const item of items) await sendBatch([item], send);
      return;
    }
    culprit.reject(error);
    await sendBatch(
      items.filter((item) => item !== culprit),
      send,
    );
  }
}

/** The item that a position in the transaction falls into. */
function itemOf(items: readonly BatchItem[], index: number): BatchItem | undefined {
  let end = 0;
  return items.find((item) => {
    end += item.messages.length;
    return index < end;
  });
}
