import { formatAmount } from "./coins.ts";
import { ChainError, FeeTooHigh } from "./errors.ts";

/** Simulation measures the state of now; a block later the same messages may cost more. */
const margin = { numerator: 3n, denominator: 2n };

/** Below this a transaction's fixed costs (signature, bytes, account) are not covered reliably. */
const leastGas = 100_000n;

/** What no message of ours comes near: record and certificate together take 150 000. */
const mostGasOfMessage = 1_000_000n;

/** Most that is paid for a transaction, in base units: 1 AKT; one with both messages costs less than a cent. */
const mostFee = 1_000_000n;

/** A gas price, exact: `amount / 10^18` of `denom` for a unit of gas. */
interface GasPrice {
  readonly amount: bigint;
  readonly denom: string;
}

const priceDecimals = 18;

/** @throws ChainError when it does not read like `0.025uakt` */
export function parseGasPrice(text: string): GasPrice {
  const match = /^(\d+)(?:\.(\d{1,18}))?([a-zA-Z][a-zA-Z0-9/:._-]{2,127})$/.exec(text);
  const [, whole, fraction = "", denom] = match ?? [];
  if (whole === undefined || denom === undefined) {
    throw new ChainError(
      `\`network.gasPrice\` is "${text}".`,
      "Write a price with its denomination, for example `0.025uakt`.",
    );
  }
  return { amount: BigInt(whole + fraction.padEnd(priceDecimals, "0")), denom };
}

/** Gas to ask for, from what a simulation used. */
export function gasLimit(simulated: bigint): bigint {
  const withMargin = divideUp(simulated * margin.numerator, margin.denominator);
  return withMargin > leastGas ? withMargin : leastGas;
}

/** What `gas` costs, rounded up to a base unit. */
export function feeFor(gas: bigint, gasPrice: string): { readonly amount: bigint; readonly denom: string } {
  const { amount, denom } = parseGasPrice(gasPrice);
  return { amount: divideUp(gas * amount, 10n ** BigInt(priceDecimals)), denom };
}

/**
 * Refuses to pay what no transaction of ours costs: the gas comes from whichever endpoint simulates, the price from
 * a file, and without a bound only the balance would end a mistake in either.
 *
 * @param messages how many the transaction carries
 * @throws FeeTooHigh
 */
export function checkFee(gas: bigint, gasPrice: string, messages: number): void {
  const { amount, denom } = feeFor(gas, gasPrice);
  const mostGas = mostGasOfMessage * BigInt(messages);
  if (gas <= mostGas && amount <= mostFee) return;
  throw new FeeTooHigh(gas, gasPrice, formatAmount(amount, denom), {
    gas: mostGas,
    fee: formatAmount(mostFee, denom),
  });
}

function divideUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}
