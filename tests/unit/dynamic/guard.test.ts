import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { TransactionUnknown } from "../../../components/chain/errors.ts";
import { guard } from "../../../components/dynamic/guard.ts";

/** As the SDK prints what check, diff, read and delete throw. */
const printed = (error: Error) => `${error}: ${error.stack}`;

describe("a guarded implementation", () => {
  const failing = (error: Error) =>
    guard({
      create: async () => {
        throw error;
      },
    });
  const caught = async (error: Error): Promise<Error> =>
    failing(error)
      .create({})
      .then(
        () => assert.fail("it did not throw"),
        (thrown: Error) => thrown,
      );

  it("says what is wrong in sentences, without a stack", async () => {
    const error = await caught(new TransactionUnknown("akashnet-2", "AB12", "no block included it"));
    assert.equal(
      printed(error),
      "TransactionUnknown: Transaction AB12 was sent to akashnet-2 and its outcome is not known yet (no block included it). " +
        "Run the same command again: it looks this transaction up before it signs anything.",
    );
  });

  it("says the same of an error that several resources share, such as that of one connection", async () => {
    const shared = new TransactionUnknown("akashnet-2", "AB12", "no block included it");
    const first = printed(await caught(shared));
    const again = await caught(shared);
    assert.equal(again, shared);
    assert.equal(printed(again), first);
  });

  it("keeps what the engine records of a create that half happened", async () => {
    const partial = { id: "akash1", properties: { height: 0 }, reasons: ["sent"] };
    const error = await caught(Object.assign(new TransactionUnknown("c", "AB12", "why"), partial));
    assert.ok(error instanceof TransactionUnknown);
    const { id, properties, reasons } = error as TransactionUnknown & typeof partial;
    assert.deepEqual({ id, properties, reasons }, partial);
  });

  it("keeps the stack of an error that is not ours", async () => {
    assert.match(printed(await caught(new TypeError("x is not a function"))), /guard\.test\.ts/);
    const system = Object.assign(new Error("EACCES"), { code: "EACCES", errno: -13 });
    assert.match(printed(await caught(system)), /guard\.test\.ts/);
  });

  it("passes arguments and results on, and has the same methods", async () => {
    const guarded = guard({
      create: async (inputs: unknown) => ({ id: "x", outs: { inputs } }),
      read: async (id: string) => ({ id }),
    });
    assert.deepEqual(Object.keys(guarded), ["create", "read"]);
    assert.deepEqual(await guarded.create({ a: 1 }), { id: "x", outs: { inputs: { a: 1 } } });
    assert.deepEqual(await guarded.read?.("y", {}), { id: "y" });
  });
});
