import assert from "node:assert/strict";
import fc from "fast-check";
import { beforeEach, describe, it } from "mocha";
import {
  TransactionExpired,
  TransactionRefused,
  TransactionUnknown,
} from "../../../components/chain/errors.ts";
import { type SettleOptions, settle } from "../../../components/chain/settle.ts";
import { type BroadcastFate, entry, ModelChain } from "./modelChain.ts";
import { useVirtualTime } from "./virtualTime.ts";

const blockMs = 500;

describe("settling a transaction", () => {
  const time = useVirtualTime();
  let chain: ModelChain;

  beforeEach(() => follow(new ModelChain()));

  /** Lets this chain produce blocks as time passes. */
  function follow(model: ModelChain): void {
    chain = model;
    let rest = 0;
    time.onSleep = (ms) => {
      for (rest += ms; rest >= blockMs; rest -= blockMs) chain.produceBlock();
    };
  }

  const run = (options?: SettleOptions) =>
    settle(chain.connection, { ...entry, signedAt: Date.now() }, options);
  const failure = async (options?: SettleOptions) => {
    const settlement = await run(options);
    assert.ok("failure" in settlement, "it was executed");
    return settlement.failure;
  };
  const succeeds = async (options?: SettleOptions) => assert.ok("receipt" in (await run(options)));

  it("hands it over once and returns what the block says", async () => {
    assert.deepEqual(await run(), {
      receipt: { hash: entry.hash, height: 101, gasUsed: 90_000n, fee: entry.fee },
    });
    assert.deepEqual(chain.broadcasts, [entry.bytes]);
    assert.ok(time.elapsed <= blockMs + 150);
  });

  it("looks less often after a while, and reads height and sequence with every fourth look only", async () => {
    const looks: number[] = [];
    const readings: number[] = [];
    const { connection } = chain;
    const watched = {
      ...connection,
      rpc: (method: string, params: Record<string, unknown>) => {
        if (method === "tx") looks.push(time.elapsed);
        return connection.rpc(method, params);
      },
      latestBlock: () => {
        readings.push(time.elapsed);
        return connection.latestBlock();
      },
    };
    chain.includes = false;
    time.onSleep = () => {
      if (time.elapsed >= 2_500) chain.executedAt = chain.height;
    };
    await settle(watched, { ...entry, signedAt: Date.now() });
    assert.deepEqual(looks, [0, 150, 300, 450, 600, 750, 900, 1050, 1200, 1350, 1500, 2500]);
    assert.deepEqual(readings, [450, 1050, 2500]);
  });

  it("reports a failed execution with its code", async () => {
    chain.result = { code: 4, codespace: "provider", log: "invalid provider: already exists" };
    const refused = await failure();
    assert.ok(refused instanceof TransactionRefused);
    const { stage, codespace, code, hash } = refused;
    assert.deepEqual([stage, codespace, code, hash], ["execution", "provider", 4, entry.hash]);
  });

  it("ends at once when the only node asked refuses it", async () => {
    chain.fates = ["full"];
    const refused = await failure();
    assert.ok(refused instanceof TransactionRefused);
    assert.deepEqual([refused.stage, refused.code], ["check", 20]);
    assert.equal(time.elapsed, 0);
  });

  it("waits for one that was refused but may be in another mempool", async () => {
    chain.fates = ["answer lost", "full"];
    await succeeds();
  });

  it("sends the same bytes again when a mempool lost them", async () => {
    chain.fates = ["dropped", "accepted"];
    await succeeds();
    assert.deepEqual(chain.broadcasts, [entry.bytes, entry.bytes]);
  });

  it("takes it as sent when the node has it already", async () => {
    chain.fates = ["already known"];
    await succeeds();
    assert.equal(chain.broadcasts.length, 1);
  });

  it("calls it expired when no block had room for it", async () => {
    chain.includes = false;
    const expired = await failure();
    assert.ok(expired instanceof TransactionExpired);
    assert.match(expired.message, /no block included it before its timeout height/);
    assert.ok(chain.height > entry.timeoutHeight);
  });

  it("calls it superseded when another signer of the wallet was faster", async () => {
    chain.includes = false;
    chain.rivals.add(103);
    assert.match((await failure()).message, /another transaction of this wallet took its sequence/);
    assert.ok(chain.height < entry.timeoutHeight);
  });

  it("finds one that the node is late to index after the sequence has passed", async () => {
    chain.pending = true;
    chain.indexLag = 1;
    await succeeds({ recovering: true });
  });

  it("lets go of one that is signed for another chain with the same id", async () => {
    chain.fates = ["foreign"];
    assert.match((await failure({ recovering: true })).message, /another chain with the same id/);
  });

  it("lets go of one whose sequence the account is still behind after a minute", async () => {
    chain.accountSequence = 2;
    time.onSleep = () => {};
    assert.match((await failure({ recovering: true })).message, /another chain with the same id/);
    assert.ok(time.elapsed > 60_000 && time.elapsed < 62_000);
  });

  describe("of an earlier run", () => {
    it("looks it up before it sends anything", async () => {
      chain.executedAt = 100;
      await succeeds({ recovering: true });
      assert.deepEqual(chain.broadcasts, []);
      assert.equal(time.elapsed, 0);
    });

    it("sends it when it never went out", async () => {
      await succeeds({ recovering: true });
      assert.deepEqual(chain.broadcasts, [entry.bytes]);
    });
  });

  it("says that the outcome is unknown when nothing answers for too long, and why", async () => {
    chain.outages = () => true;
    await assert.rejects(run({ patienceMs: 20_000 }), (error: Error) => {
      assert.ok(error instanceof TransactionUnknown);
      assert.equal(error.hash, entry.hash);
      assert.match(error.message, /nothing listens there/);
      return true;
    });
    assert.ok(time.elapsed >= 20_000 && time.elapsed < 22_000);
  });

  it("says so too when the chain stands still", async () => {
    time.onSleep = () => {};
    await assert.rejects(run(), /no block included it/);
    assert.ok(time.elapsed >= 240_000 && time.elapsed < 242_000);
  });

  it("passes on what is no failure of the chain", async () => {
    chain.outages = () => {
      throw new TypeError("a mistake");
    };
    await assert.rejects(run(), TypeError);
  });

  it("tells the truth: executed means a receipt, anything else that it never will be", async () => {
    const fates = fc.constantFrom<BroadcastFate>(
      "accepted",
      "answer lost",
      "dropped",
      "unreachable",
      "already known",
      "full",
    );
    const scenarios = fc.record({
      fates: fc.array(fates, { minLength: 1, maxLength: 6 }),
      recovering: fc.boolean(),
      sentBefore: fc.boolean(),
      rival: fc.option(fc.integer({ min: 101, max: 140 }), { nil: 0 }),
      room: fc.integer({ min: 101, max: 135 }),
      indexLag: fc.nat(1),
      outage: fc.record({ from: fc.integer({ min: 101, max: 135 }), blocks: fc.nat(20) }),
    });
    await fc.assert(
      fc.asyncProperty(scenarios, async ({ recovering, sentBefore, rival, room, outage, ...rest }) => {
        follow(new ModelChain());
        Object.assign(chain, rest, { fates: [...rest.fates, "accepted"], pending: recovering && sentBefore });
        chain.rivals.add(rival);
        chain.outages = (height) => height >= outage.from && height < outage.from + outage.blocks;
        const produceBlock = chain.produceBlock.bind(chain);
        chain.produceBlock = () => {
          chain.includes = chain.height + 1 >= room;
          produceBlock();
        };
        const settlement = await run({ recovering });
        for (let block = 0; block < 50; block++) chain.produceBlock();
        assert.equal("receipt" in settlement, chain.executedAt !== undefined);
        assert.ok(chain.broadcasts.every((bytes) => bytes === entry.bytes));
      }),
    );
  });
});
