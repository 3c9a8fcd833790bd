import type { Coin, Price } from "./types.ts";

const DIGITS = 18;

/**
 * A decimal of the chain, which travels as a whole number times 10^18 (`cosmos.base.v1beta1.DecCoin`). The types of
 * chain-sdk convert by themselves; this is for messages that are read without them.
 */
export function fromWire(amount: string): string {
  const digits = (amount || "0").padStart(DIGITS + 1, "0");
  const fraction = digits.slice(-DIGITS).replace(/0+$/, "");
  return `${digits.slice(0, -DIGITS)}${fraction === "" ? "" : `.${fraction}`}`;
}

/** The whole base units of a price or balance. */
export function wholeUnits({ amount }: Price): bigint {
  return BigInt(amount.split(".")[0] || "0");
}

/** Sums of coins by denomination. */
export function sumOf(coins: readonly Coin[]): Record<string, bigint> {
  const sums: Record<string, bigint> = {};
  for (const { denom, amount } of coins) if (amount > 0n) sums[denom] = (sums[denom] ?? 0n) + amount;
  return sums;
}
