import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { fromWire, sumOf, wholeUnits } from "../../../components/chain/market/amounts.ts";
import { decodeFunds, decodePayment } from "../../../components/chain/market/escrow.ts";
import { leasesQuery, ordersQuery } from "../../../components/chain/market/queries.ts";
import { wireField, wireFields } from "../../../components/chain/market/wire.ts";

/** A length-delimited field. */
const bytes = (number: number, content: Uint8Array | string) => {
  const data = Buffer.from(content);
  return Buffer.concat([Buffer.from([(number << 3) | 2, data.length]), data]);
};
const varint = (number: number, value: number) => Buffer.from([number << 3, value]);
const coin = (denom: string, amount: string) => Buffer.concat([bytes(1, denom), bytes(2, amount)]);

describe("the market's messages", () => {
  it("read decimals that travel as whole numbers times 10^18", () => {
    assert.equal(fromWire("1500000000000000000"), "1.5");
    assert.equal(fromWire("1"), "0.000000000000000001");
    assert.equal(fromWire(""), "0");
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 30n }), (amount) => {
        const [whole = "", fraction = ""] = fromWire(String(amount)).split(".");
        return BigInt(whole + fraction.padEnd(18, "0")) === amount && !fraction.endsWith("0");
      }),
    );
  });

  it("add coins by denomination", () => {
    const sums = sumOf([
      { denom: "uakt", amount: 2n },
      { denom: "uact", amount: 0n },
      { denom: "uakt", amount: 3n },
    ]);
    assert.deepEqual(sums, { uakt: 5n });
    assert.equal(wholeUnits({ denom: "uakt", amount: "7.9" }), 7n);
  });

  it("are taken apart field by field, the last of a number counting", () => {
    const message = Buffer.concat([
      bytes(1, "first"),
      varint(3, 5),
      Buffer.from([(4 << 3) | 1, 1, 2, 3, 4, 5, 6, 7, 8]),
      Buffer.from([(5 << 3) | 5, 1, 2, 3, 4]),
      bytes(1, "last"),
    ]);
    const fields = wireFields(message);
    assert.deepEqual(
      fields.map(({ number }) => number),
      [1, 3, 4, 5, 1],
    );
    assert.equal(Buffer.from(wireField(fields, 1)?.bytes ?? []).toString(), "last");
    assert.equal(wireField(fields, 3)?.varint, 5n);
    assert.equal(wireField(fields, 9), undefined);
  });

  it("are refused when they break off", () => {
    assert.throws(() => wireFields(Buffer.from([0x0a, 5, 1])), /ends within a field/);
    assert.throws(() => wireFields(Buffer.from([0x80])), /ends within a number/);
    assert.throws(() => wireFields(Buffer.from([0x0b])), /wire type 3/);
  });

  it("of v0.38 hold a payment with its balance and what was withdrawn", () => {
    // akash.escrow.v1beta3.FractionalPayment: state 4, balance 6, withdrawn 7.
    const message = Buffer.concat([
      bytes(2, "1/1/akash1provider"),
      varint(4, 1),
      bytes(6, coin("uakt", "2500000000000000000")),
      bytes(7, coin("uakt", "9")),
    ]);
    assert.deepEqual(decodePayment("v0.38", message), {
      state: "open",
      balance: { denom: "uakt", amount: "2.5" },
      withdrawn: { denom: "uakt", amount: 9n },
    });
  });

  it("of v0.38 hold a bid's deposit as balance and granted funds", () => {
    // akash.escrow.v1beta3.Account: balance 4, funds 8.
    const message = Buffer.concat([
      varint(3, 1),
      bytes(4, coin("uakt", "5000000000000000000")),
      bytes(8, coin("uakt", "0")),
    ]);
    assert.deepEqual(decodeFunds("v0.38", message), [{ denom: "uakt", amount: 5n }]);
  });

  it("go to the paths of the chain's generation", () => {
    assert.equal(leasesQuery("v2", {}).path, "/akash.market.v1beta5.Query/Leases");
    assert.equal(ordersQuery("v0.38", {}).path, "/akash.market.v1beta4.Query/Orders");
  });
});
