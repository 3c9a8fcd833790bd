import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { planFunds } from "../../../commands/funds.ts";

describe("the funds of a new provider", () => {
  it("are registering, deposits and a reserve", () => {
    const { items, missing } = planFunds(5, "0.025uakt", { uakt: 1_000_000n, uusdc: 9_000_000n });
    assert.deepEqual(items, [
      { purpose: "registering (transaction fee)", amount: 6_250n },
      { purpose: "deposits of 8 open bids", amount: 4_000_000n },
      { purpose: "reserve for fees", amount: 993_750n },
    ]);
    assert.equal(missing, 4_000_000n);
  });

  it("are together what `funding.minBalance` says, and never less than registering takes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000 }), (thousandths) => {
        const { total, items } = planFunds(thousandths / 1000, "0.025uakt", {});
        const declared = BigInt(thousandths) * 1000n;
        assert.equal(total, declared > 6_250n ? declared : 6_250n);
        assert.ok(items.every(({ amount }) => amount > 0n));
      }),
    );
  });
});
