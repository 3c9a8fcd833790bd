import { setTimeout as sleep } from "node:timers/promises";
import { formatAmount } from "./coins.ts";
import { ChainError, InsufficientFunds } from "./errors.ts";
import { feeFor } from "./fees.ts";
import type { ChainClient } from "./types.ts";

export interface FundingNeeds {
  /** Whether the provider is on chain already, so that a fee is for a change of what is there; default false. */
  readonly registered?: boolean;
  /** For example `0.025uakt`; everything is reckoned in its denomination. */
  readonly gasPrice: string;
  /** Bids that are to be open at the same time; each holds a deposit until it is lost or its lease ends. */
  readonly openBids: number;
  /** Deposit of one bid in base units; default 500000 (0.5 AKT), the market's minimum. */
  readonly bidDeposit?: bigint;
  /** What is left for the fees of bids, leases and withdrawals, in base units; default 1000000 (1 AKT). */
  readonly reserve?: bigint;
  /** What the wallet holds, in base units. */
  readonly available: bigint;
}

export interface FundingPlan {
  readonly denom: string;
  readonly items: readonly { readonly purpose: string; readonly amount: bigint }[];
  readonly total: bigint;
  readonly available: bigint;
  /** 0 when the wallet holds enough. */
  readonly missing: bigint;
}

/** Record and certificate in one transaction, with the margin on top (150000 measured). */
const registrationGas = 250_000n;
/** Deposit of one bid in base units: 0.5 AKT, the market's minimum. */
export const leastBidDeposit = 500_000n;
const usualReserve = 1_000_000n;

/** What a wallet needs to register a provider and to bid, and what it lacks. */
export function fundingPlan(needs: FundingNeeds): FundingPlan {
  const { gasPrice, openBids, bidDeposit = leastBidDeposit, reserve = usualReserve, available } = needs;
  const fee = feeFor(registrationGas, gasPrice);
  const act = needs.registered ? "changing record or certificate" : "registering";
  const bids = `${openBids} open ${openBids === 1 ? "bid" : "bids"}`;
  const items = [
    { purpose: `${act} (transaction fee)`, amount: fee.amount },
    {
      purpose: `deposits of ${bids} at ${formatAmount(bidDeposit, fee.denom)}`,
      amount: bidDeposit * BigInt(openBids),
    },
    { purpose: "reserve for fees", amount: reserve },
  ].filter(({ amount }) => amount > 0n);
  const total = items.reduce((sum, { amount }) => sum + amount, 0n);
  const missing = total > available ? total - available : 0n;
  return { denom: fee.denom, items, total, available, missing };
}

/** The plan for a person: what each purpose takes, what to send where, the address as text and as QR code. */
export async function describeFunding(plan: FundingPlan, address: string): Promise<string> {
  const amounts = [
    ...plan.items,
    { purpose: "together", amount: plan.total },
    { purpose: "in the wallet", amount: plan.available },
  ].map(({ purpose, amount }) => ({ purpose, amount: formatAmount(amount, plan.denom) }));
  const width = Math.max(...amounts.map(({ purpose }) => purpose.length));
  const longest = Math.max(...amounts.map(({ amount }) => amount.length));
  const table = amounts.map(
    ({ purpose, amount }) => `  ${purpose.padEnd(width)}  ${amount.padStart(longest)}`,
  );
  if (plan.missing === 0n) return [...table, "", "The wallet holds enough.", ""].join("\n");
  const { default: qrcode } = await import("qrcode");
  const code = await qrcode.toString(address, { type: "utf8", errorCorrectionLevel: "L" });
  const missing = formatAmount(plan.missing, plan.denom);
  return [...table, "", `Send at least ${missing} to`, `  ${address}`, "", code, ""].join("\n");
}

export interface WaitOptions {
  /** How long to wait, in milliseconds; default: for ever. */
  readonly timeoutMs?: number;
  /** Time between two looks, in milliseconds; default 3000. */
  readonly pollMs?: number;
  /** Hears each balance seen. */
  readonly onBalance?: (available: bigint) => void;
  /** Hears once that the chain cannot be asked; it is asked again. */
  readonly onTrouble?: (trouble: ChainError) => void;
  readonly signal?: AbortSignal;
}

/** Looks between two times that the endpoint is put through the gate again: half a minute of them. */
const looksPerCheck = 10;

/**
 * Waits until a wallet holds an amount. People wait for hours: endpoints that fail or stall in the meantime are
 * asked again or left.
 *
 * @returns what it holds then
 * @throws InsufficientFunds when the time is up; the chain's own error when it never answered until then
 */
export async function waitForFunds(
  chain: Pick<ChainClient, "balances" | "recheck">,
  address: string,
  needed: { readonly amount: bigint; readonly denom: string },
  options: WaitOptions = {},
): Promise<bigint> {
  const { timeoutMs = Number.POSITIVE_INFINITY, pollMs = 3000, onBalance, onTrouble, signal } = options;
  const deadline = Date.now() + timeoutMs;
  let available: bigint | undefined;
  let trouble: ChainError | undefined;
  for (let looks = 1; ; looks++) {
    try {
      if (looks % looksPerCheck === 0) await chain.recheck();
      available = (await chain.balances(address))[needed.denom] ?? 0n;
      onBalance?.(available);
      if (available >= needed.amount) return available;
    } catch (error) {
      if (!(error instanceof ChainError)) throw error;
      if (trouble === undefined) onTrouble?.(error);
      trouble = error;
    }
    if (Date.now() >= deadline) {
      if (available === undefined && trouble !== undefined) throw trouble;
      throw new InsufficientFunds(address, needed.denom, needed.amount, available ?? 0n);
    }
    await sleep(pollMs, undefined, { signal });
  }
}
