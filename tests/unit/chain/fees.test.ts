import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { ChainError } from "../../../components/chain/errors.ts";
import { feeFor, gasLimit, parseGasPrice } from "../../../components/chain/fees.ts";

const gas = fc.bigInt({ min: 0n, max: 10n ** 12n });
const micro = fc.bigInt({ min: 1n, max: 10n ** 9n });

/** A price of so many millionths, as text. */
const priceText = (millionths: bigint) => {
  const digits = millionths.toString().padStart(7, "0");
  return `${digits.slice(0, -6)}.${digits.slice(-6)}uakt`;
};

describe("fees", () => {
  it("reads prices with and without a fraction", () => {
    assert.deepEqual(parseGasPrice("0.025uakt"), { amount: 25_000_000_000_000_000n, denom: "uakt" });
    assert.deepEqual(parseGasPrice("2uakt"), { amount: 2n * 10n ** 18n, denom: "uakt" });
    assert.equal(parseGasPrice("1ibc/AB12").denom, "ibc/AB12");
  });

  for (const text of [
    "",
    "uakt",
    "0.025",
    "-1uakt",
    "1,5uakt",
    ".5uakt",
    "1.uakt",
    "1ab",
    "0.1 uakt",
    "1uakt!",
  ]) {
    it(`refuses \`${text}\` as a price and shows the form`, () => {
      assert.throws(
        () => parseGasPrice(text),
        (error) => error instanceof ChainError && error.message.includes("0.025uakt"),
      );
    });
  }

  it("asks for half as much gas again as was measured, and for no less than the fixed costs", () => {
    assert.equal(gasLimit(0n), 100_000n);
    assert.equal(gasLimit(66_666n), 100_000n);
    assert.equal(gasLimit(66_667n), 100_001n);
    assert.equal(gasLimit(200_000n), 300_000n);
  });

  it("never asks for less than 1.5 times the measure, nor for two units more", () => {
    fc.assert(
      fc.property(gas, (used) => {
        const limit = gasLimit(used);
        assert.ok(limit * 2n >= used * 3n);
        assert.ok(limit === 100_000n || limit * 2n < used * 3n + 2n);
      }),
    );
  });

  it("rounds a fee up by less than one base unit", () => {
    assert.deepEqual(feeFor(100_001n, "0.025uakt"), { amount: 2501n, denom: "uakt" });
    fc.assert(
      fc.property(gas, micro, (units, price) => {
        const { amount } = feeFor(units, priceText(price));
        const exact = units * price;
        assert.ok(amount * 1_000_000n >= exact);
        assert.ok((amount - 1n) * 1_000_000n < exact);
      }),
    );
  });
});
