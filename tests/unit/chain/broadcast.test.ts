import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { readAccount } from "../../../components/chain/account.ts";
import { broadcast, lookUp } from "../../../components/chain/broadcast.ts";
import type { ChainConnection } from "../../../components/chain/client.ts";
import {
  QueryRefused,
  RpcError,
  RpcUnreachable,
  TransactionRefused,
} from "../../../components/chain/errors.ts";
import type { Query } from "../../../components/chain/queries.ts";
import { simulate } from "../../../components/chain/simulation.ts";
import { entry } from "./modelChain.ts";

const unreachable = new RpcUnreachable("http://a", "nothing listens there", false);
const rpcError = (data: string) =>
  new RpcError("http://a", "m", { code: -32603, message: "Internal error", data });

/** A chain that answers every call with the same, or fails with it. */
function answering(answer: unknown) {
  const calls: unknown[][] = [];
  const rpc = async (...call: unknown[]) => {
    calls.push(call);
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { chain: { rpc } as unknown as ChainConnection, calls };
}

describe("a broadcast", () => {
  const onLost = () => {};
  const answerTo = (answer: unknown) => broadcast(answering(answer).chain, entry, onLost);

  it("hands over the bytes, and hears of a lost answer", async () => {
    const { chain, calls } = answering({ code: 0 });
    assert.equal(await broadcast(chain, entry, onLost), undefined);
    assert.deepEqual(calls, [["broadcast_tx_sync", { tx: entry.bytes }, onLost]]);
  });

  it("has succeeded when the node has the bytes already, however it says so", async () => {
    assert.equal(await answerTo({ code: 19, codespace: "sdk" }), undefined);
    assert.equal(await answerTo(rpcError("tx already exists in cache")), undefined);
    assert.equal(await answerTo({}), undefined);
  });

  it("is refused with any other code", async () => {
    for (const answer of [
      { code: 19, codespace: "cert", log: "no" },
      { code: 20, codespace: "sdk", log: "no" },
      { code: 7 },
    ]) {
      const refused = await answerTo(answer);
      assert.ok(refused instanceof TransactionRefused);
      const { stage, hash, code, codespace, log } = refused;
      assert.deepEqual([stage, hash], ["check", entry.hash]);
      assert.deepEqual({ codespace: "", log: "", ...answer }, { code, codespace, log });
    }
  });

  it("fails as the node or the way to it fails", async () => {
    const down = rpcError("node is going down");
    await assert.rejects(answerTo(down), down);
    await assert.rejects(answerTo(unreachable), unreachable);
    const misleading = new Error("tx already exists in cache");
    await assert.rejects(answerTo(misleading), misleading);
  });
});

describe("a look-up", () => {
  it("asks by hash, without a proof", async () => {
    const { chain, calls } = answering({ height: "7", tx_result: { gas_used: "5" } });
    assert.deepEqual(await lookUp(chain, "AB12"), { height: 7, gasUsed: 5n, failure: undefined });
    assert.deepEqual(calls, [["tx", { hash: "qxI=", prove: false }]]);
  });

  it("finds a transaction that failed", async () => {
    const { chain } = answering({ height: "7", tx_result: { code: 11 } });
    const found = await lookUp(chain, "AB12");
    assert.equal(found?.gasUsed, 0n);
    const { stage, code, codespace, log, hash } = found?.failure ?? {};
    assert.deepEqual([stage, code, codespace, log, hash], ["execution", 11, "", "", "AB12"]);
  });

  it("finds nothing where the node says so, and fails otherwise", async () => {
    assert.equal(await lookUp(answering(rpcError("tx (AB12) not found")).chain, "AB12"), undefined);
    const misleading = new Error("not found");
    for (const error of [rpcError("the index is disabled"), unreachable, misleading]) {
      await assert.rejects(lookUp(answering(error).chain, "AB12"), error);
    }
  });
});

describe("a simulation", () => {
  const refusal = (log: string, code = 6) => new QueryRefused("/p", { code, codespace: "sdk", log });

  /** A chain that answers queries by path, with bytes or an error. */
  const serving = (answers: Readonly<Record<string, Uint8Array | Error>>) => {
    const query = async ({ path, decode }: Query<unknown>) => {
      const answer = answers[path] ?? refusal("unknown query path");
      if (answer instanceof Error) throw answer;
      return decode(answer);
    };
    return { query, find: query } as unknown as ChainConnection;
  };
  const application = "/app/simulate";
  const service = "/cosmos.tx.v1beta1.Service/Simulate";
  const measured = Buffer.from(JSON.stringify({ gas_info: { gas_used: "81000" } }));
  /** Field 1, a message, whose field 2 is 90000. */
  const response = Uint8Array.of(0x0a, 4, 0x10, 0x90, 0xbf, 0x05);
  const bytes = Uint8Array.of(1);

  it("asks the application first, the service where that is missing", async () => {
    assert.equal(await simulate(serving({ [application]: measured, [service]: response }), bytes), 81_000n);
    assert.equal(await simulate(serving({ [service]: response }), bytes), 90_000n);
    assert.equal(await simulate(serving({ [service]: new Uint8Array() }), bytes), 0n);
  });

  it("says what the transaction would fail with, and does not ask twice", async () => {
    const chain = serving({ [application]: refusal("out of gas", 11), [service]: response });
    await assert.rejects(simulate(chain, bytes), (error) => {
      assert.ok(error instanceof TransactionRefused);
      assert.deepEqual([error.stage, error.code, error.hash], ["simulation", 11, undefined]);
      return true;
    });
    await assert.rejects(simulate(serving({}), bytes), TransactionRefused);
  });

  it("fails as the way to the node fails", async () => {
    await assert.rejects(
      simulate(serving({ [application]: unreachable, [service]: response }), bytes),
      unreachable,
    );
  });

  it("is not made for an account that the chain does not describe", async () => {
    const chain = serving({ "/cosmos.auth.v1beta1.Query/Account": new Uint8Array() });
    await assert.rejects(readAccount(chain, "akash1x"), /no account for akash1x/);
  });
});
