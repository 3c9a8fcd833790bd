import { readFile } from "node:fs/promises";
import { doctorFile, writeWhole } from "../observe/history.ts";
import type { DoctorReport } from "../types.ts";
import { changesOf, type KnownFailure } from "./changes.ts";
import { type AlertChannels, AlertNotSent, sendByMail, sendToWebhook } from "./channels.ts";
import { type AlertMessage, messageOf } from "./message.ts";

export { type AlertChannels, AlertNotSent } from "./channels.ts";
export type { AlertMessage } from "./message.ts";

export interface AlertOptions {
  readonly now?: Date;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Where what was told is kept. Default: the state folder. */
  readonly file?: string;
}

export interface AlertResult {
  /** What the first channel with something to be told was sent; undefined when nothing has changed for any. */
  readonly message: AlertMessage | undefined;
  readonly failures: readonly AlertNotSent[];
}

/** One way to tell somebody. */
interface Channel {
  /** What its memory is kept under. */
  readonly key: string;
  send(message: AlertMessage): Promise<void>;
}

/** What each channel was told, by its key. */
type Memory = Readonly<Record<string, readonly KnownFailure[]>>;

/**
 * Tells what has changed since the last time: new failures and resolved ones, each once. What a channel did not take
 * it is told again by the next run, and one that is new is told of everything that fails.
 */
export async function sendAlerts(
  report: DoctorReport,
  channels: AlertChannels,
  options: AlertOptions = {},
): Promise<AlertResult> {
  const { now = new Date(), env = process.env, file = doctorFile(report.site, "alerts") } = options;
  const toldBefore = await readMemory(file);
  const results = await Promise.all(
    channelsOf(channels, env).map(async ({ key, send }) => {
      const before = toldBefore(key);
      const changes = changesOf(report, before, now);
      const message = messageOf(report.site, changes, now);
      if (message === undefined) return { key, message, known: before };
      try {
        await send(message);
        return { key, message, known: changes.known };
      } catch (error) {
        if (!(error instanceof AlertNotSent)) throw error;
        return { key, message, known: before, failure: error };
      }
    }),
  );
  if (results.some(({ message, failure }) => message !== undefined && failure === undefined)) {
    const told: Memory = Object.fromEntries(results.map(({ key, known }) => [key, known]));
    await writeWhole(file, JSON.stringify(told));
  }
  return {
    message: results.find(({ message }) => message !== undefined)?.message,
    failures: results.flatMap(({ failure }) => failure ?? []),
  };
}

function channelsOf(
  { webhookEnv, email }: AlertChannels,
  env: NonNullable<AlertOptions["env"]>,
): readonly Channel[] {
  return [
    ...(webhookEnv === undefined
      ? []
      : [
          {
            key: `webhook ${webhookEnv}`,
            send: (message: AlertMessage) => sendToWebhook(message, webhookEnv, env),
          },
        ]),
    ...(email === undefined
      ? []
      : [
          {
            key: `email ${email.to}`,
            send: (message: AlertMessage) => sendByMail(message, email, env),
          },
        ]),
  ];
}

/** What a channel was told. Before there was a memory for each, one list was all channels'. */
async function readMemory(file: string): Promise<(key: string) => readonly KnownFailure[]> {
  try {
    const content: unknown = JSON.parse(await readFile(file, "utf8"));
    if (Array.isArray(content)) return () => content as KnownFailure[];
    if (typeof content === "object" && content !== null) return (key) => (content as Memory)[key] ?? [];
  } catch {
    // Nothing was told yet, or the file broke: better twice than never.
  }
  return () => [];
}
