import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, it } from "mocha";
import { openChain } from "../../../components/chain/client.ts";
import { NoUsableEndpoint, TransactionRefused } from "../../../components/chain/errors.ts";
import { Journal } from "../../../components/chain/journal.ts";
import { send } from "../../../components/chain/send.ts";
import { walletFile } from "../../../components/chain/signingState.ts";
import { submit } from "../../../components/chain/submit.ts";
import type { ChainMessage, SubmitContext } from "../../../components/chain/types.ts";
import { lockWallet } from "../../../components/chain/walletLock.ts";
import { WalletVariableMissing } from "../../../components/wallet/errors.ts";
import type { ScriptedChain } from "../../support/scriptedChain/index.ts";
import { address as owner, wallet, words } from "../wallet/wallets.ts";
import { startOwnChain } from "./ownChain.ts";
import { useVirtualTime } from "./virtualTime.ts";

const source = { mnemonicEnv: "SUBMIT_TEST_WORDS" };
const record = {
  owner,
  hostUri: "https://provider.example.com:8443",
  attributes: [],
  email: "",
  website: "",
};
const creation: ChainMessage = { type: "createProvider", record };
const update: ChainMessage = { type: "updateProvider", record: { ...record, email: "ops@example.com" } };

describe("submitting", () => {
  const time = useVirtualTime();
  let folder: string;
  let chain: ScriptedChain;

  beforeEach(async () => {
    folder = join(mkdtempSync(join(tmpdir(), "chain-submit-")), "state");
    Object.assign(process.env, { PULUMI_AKASH_STATE: folder, SUBMIT_TEST_WORDS: words });
    chain = await startOwnChain(100_000, owner);
    time.onSleep = () => chain.produceBlock();
  });

  afterEach(async () => {
    await chain.stop();
    rmSync(join(folder, ".."), { recursive: true });
    delete process.env["PULUMI_AKASH_STATE"];
    delete process.env["SUBMIT_TEST_WORDS"];
  });

  const run = (...messages: ChainMessage[]) => submit(chain.network, source, async () => messages);
  const types = () =>
    chain.transactions.map(({ messages }) => messages.map(({ typeUrl }) => typeUrl.split(".Msg")[1]));

  it("sends what callers want at the same time as one transaction, and leaves nothing behind", async () => {
    const [first, second] = await Promise.all([run(creation), run(update)]);
    assert.deepEqual(types(), [["CreateProvider", "UpdateProvider"]]);
    assert.deepEqual(first, second);
    assert.equal(first?.hash, chain.transactions[0]?.hash);
    assert.ok(!existsSync(folder));
  });

  it("takes in callers until its builders run, and later ones in the next transaction", async () => {
    const order: string[] = [];
    let late: Promise<unknown> | undefined;
    const first = submit(chain.network, source, async () => {
      late = run(update).then(() => order.push("late"));
      return [creation];
    }).then(() => order.push("first"));
    await sleep(0);
    const joining = run(update).then(() => order.push("joining"));
    await Promise.all([first, joining]);
    await late;
    assert.deepEqual(types(), [["CreateProvider", "UpdateProvider"], ["UpdateProvider"]]);
    assert.deepEqual(order, ["first", "joining", "late"]);
  });

  describe("of a new provider's two first messages", () => {
    const partnered = (...messages: ChainMessage[]) =>
      submit(chain.network, source, async () => messages, { partnered: true });
    /** Calls back once so much time has passed. */
    const onceAfter = (ms: number, act: () => void) => {
      let done = false;
      time.onSleep = () => {
        chain.produceBlock();
        if (done || time.elapsed < ms) return;
        done = true;
        act();
      };
    };

    it("waits for the other where that comes late", async () => {
      let late: Promise<unknown> | undefined;
      onceAfter(4000, () => {
        late = partnered(update);
      });
      await partnered(creation);
      await late;
      assert.deepEqual(types(), [["CreateProvider", "UpdateProvider"]]);
    });

    it("goes without the other after ten seconds", async () => {
      let late: Promise<unknown> | undefined;
      onceAfter(11_000, () => {
        late = partnered(update);
      });
      await partnered(creation);
      await (late ?? partnered(update));
      assert.deepEqual(types(), [["CreateProvider"], ["UpdateProvider"]]);
    });

    it("waits neither once there is a record on chain nor where both are there", async () => {
      await Promise.all([partnered(creation), partnered(update)]);
      const { elapsed } = time;
      await partnered(update);
      assert.ok(elapsed < 1000 && time.elapsed - elapsed < 1000, `${elapsed} ms, ${time.elapsed} ms`);
    });
  });

  it("keeps the messages of another chain apart", async () => {
    const elsewhere = await startOwnChain(100_000, owner);
    time.onSleep = () => {
      chain.produceBlock();
      elsewhere.produceBlock();
    };
    await Promise.all([run(creation), submit(elsewhere.network, source, async () => [creation])]);
    assert.deepEqual([chain.transactions.length, elsewhere.transactions.length], [1, 1]);
    await elsewhere.stop();
  });

  it("signs nothing when nothing is missing", async () => {
    assert.equal(await run(), undefined);
    assert.deepEqual(await Promise.all([run(), run(creation)]).then(([none, some]) => [none, !!some]), [
      undefined,
      true,
    ]);
    assert.equal(chain.transactions.length, 1);
  });

  it("gives a builder the chain, the wallet and nothing recovered", async () => {
    const seen: SubmitContext[] = [];
    await submit(chain.network, source, async (context) => {
      seen.push(context);
      return [];
    });
    const [context] = seen;
    assert.equal(context?.chain, await openChain(chain.network));
    assert.equal(context?.wallet.address, owner);
    assert.equal(context?.recovered, undefined);
  });

  it("fails a caller whose builder fails, and no other", async () => {
    const failing = submit(chain.network, source, async () => {
      throw new Error("cannot build");
    });
    const [failed, sent] = await Promise.allSettled([failing, run(creation)]);
    assert.match(String(failed.status === "rejected" && failed.reason), /cannot build/);
    assert.equal(sent.status, "fulfilled");
    assert.equal(chain.transactions.length, 1);
  });

  it("fails a caller whose message the chain refuses, and no other", async () => {
    const [refused, sent] = await Promise.allSettled([
      run({ type: "revokeCertificate", owner, serial: "5" }),
      run(creation),
    ]);
    assert.ok(refused.status === "rejected" && refused.reason instanceof TransactionRefused);
    assert.equal(sent.status, "fulfilled");
  });

  it("fails a caller whose message fails in the block, and sends the others' again without it", async () => {
    await run(creation);
    chain.faults.failExecutions = 1;
    const [failed, sent] = await Promise.allSettled([run(update), run(update)]);
    assert.ok(failed.status === "rejected" && failed.reason instanceof TransactionRefused);
    const { stage, codespace, code, messageIndex, hash } = failed.reason;
    assert.deepEqual([stage, codespace, code, messageIndex], ["execution", "sdk", 18, 0]);
    assert.equal(sent.status, "fulfilled");
    assert.deepEqual(
      chain.transactions.map((one) => [one.hash === hash, one.code, one.messages.length]),
      [
        [false, 0, 1],
        [true, 18, 2],
        [false, 0, 1],
      ],
    );
    assert.ok(!existsSync(folder));
  });

  it("fails all callers when a node refuses the broadcast, and leaves nothing behind", async () => {
    const refusal = { code: 13, codespace: "sdk", log: "insufficient fees; got: 1uakt: insufficient fee" };
    chain.faults.refuseBroadcasts = refusal;
    const outcomes = await Promise.allSettled([run(creation), run(update)]);
    for (const outcome of outcomes) {
      assert.ok(outcome.status === "rejected" && outcome.reason instanceof TransactionRefused);
      const { stage, codespace, code, log } = outcome.reason;
      assert.deepEqual([stage, { code, codespace, log }], ["check", refusal]);
    }
    assert.equal(chain.requests.get("broadcast_tx_sync"), 1);
    assert.ok(!existsSync(folder));
    chain.heal();
    await Promise.all([run(creation), run(update)]);
    assert.deepEqual(types(), [["CreateProvider", "UpdateProvider"]]);
  });

  it("signs again for callers while a node says that another signer was faster, and gives up in the end", async () => {
    chain.faults.refuseBroadcasts = { code: 32, codespace: "sdk", log: "account sequence mismatch" };
    const outcomes = await Promise.allSettled([run(creation), run(update)]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ["rejected", "rejected"],
    );
    assert.equal(chain.requests.get("broadcast_tx_sync"), 7);
    assert.equal(chain.transactions.length, 0);
    assert.ok(!existsSync(folder));
  });

  it("fails all callers when wallet or chain cannot be opened, and works for the next ones", async () => {
    delete process.env["SUBMIT_TEST_WORDS"];
    const outcomes = await Promise.allSettled([run(creation), run(update)]);
    for (const outcome of outcomes) {
      assert.ok(outcome.status === "rejected" && outcome.reason instanceof WalletVariableMissing);
    }
    process.env["SUBMIT_TEST_WORDS"] = words;
    chain.faults.catchingUp = true;
    await assert.rejects(run(creation), NoUsableEndpoint);
    chain.heal();
    assert.ok(await run(creation));
  });

  it("passes over an endpoint where no transaction can be looked up", async () => {
    const other = await chain.addNode();
    chain.faults.txIndex = "off";
    const network = { ...chain.network, rpc: [...chain.network.rpc, other.endpoint] };
    const receipt = await submit(network, source, async () => [creation]);
    assert.equal(receipt?.hash, chain.transactions[0]?.hash);
    assert.equal((await openChain(network)).endpoint, other.endpoint);
    assert.ok(!existsSync(folder));
  });

  it("waits for another process that uses the wallet", async () => {
    const file = walletFile(folder, chain.network.chainId, owner);
    const held = await lockWallet(file, owner);
    let done = false;
    const waiting = run(creation).then(() => {
      done = true;
    });
    const released = new Promise<void>((resolve, reject) => {
      const start = time.elapsed;
      time.onSleep = () => {
        chain.produceBlock();
        if (time.elapsed - start < 1_000) return;
        time.onSleep = () => void chain.produceBlock();
        assert.ok(!done);
        held.release().then(resolve, reject);
      };
    });
    await released;
    await waiting;
    assert.equal(chain.transactions.length, 1);
  });

  it("tells builders of a transaction that an interrupted run had sent", async () => {
    const file = walletFile(folder, chain.network.chainId, owner);
    const interrupted = {
      chain: await openChain(chain.network),
      wallet,
      lock: { assertHeld: () => {}, release: async () => {} },
      journal: new Journal(file),
      settle: { patienceMs: 500 },
    };
    chain.faults.failMethods = { broadcast_tx_sync: "node is going down" };
    await assert.rejects(send(interrupted, [creation]), /not known yet/);
    chain.heal();
    let recovered: SubmitContext["recovered"];
    const receipt = await submit(chain.network, source, async (context) => {
      recovered = context.recovered;
      return [];
    });
    assert.equal(receipt, undefined);
    assert.deepEqual(recovered?.messages, ["createProvider"]);
    assert.equal(recovered?.receipt.hash, chain.transactions[0]?.hash);
  });
});
