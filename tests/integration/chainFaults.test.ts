import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "mocha";
import { openChain } from "../../components/chain/client.ts";
import {
  NoUsableEndpoint,
  TransactionExpired,
  TransactionRefused,
  TransactionUnknown,
  UnknownGeneration,
} from "../../components/chain/errors.ts";
import { Journal } from "../../components/chain/journal.ts";
import { handler } from "../../components/chain/registrationProvider.ts";
import { recover, type Sender, send } from "../../components/chain/send.ts";
import { submit } from "../../components/chain/submit.ts";
import type { ChainMessage, NetworkConfig } from "../../components/chain/types.ts";
import { lockWallet } from "../../components/chain/walletLock.ts";
import { type ScriptedChain, startScriptedChain } from "../support/scriptedChain/index.ts";
import { makeFolder, makeWallet, recordOf, removeFolder, type TestWallet } from "./chainSupport.ts";

/** Failures that no real chain can be made to have at a given moment. */
describe("signing while the chain fails", function () {
  this.timeout(60_000);
  let folder: string;
  let chain: ScriptedChain;
  let owner: TestWallet;
  let wallets = 0;

  before(() => {
    folder = makeFolder();
    process.env["PULUMI_AKASH_STATE"] = join(folder, "state");
  });

  after(() => {
    delete process.env["PULUMI_AKASH_STATE"];
    removeFolder(folder);
  });

  async function setUp(blockIntervalMs = 100): Promise<NetworkConfig> {
    owner = await makeWallet(join(folder, `words-${wallets++}`));
    chain = await startScriptedChain({ accounts: { [owner.address]: { uakt: 5_000_000 } }, blockIntervalMs });
    return chain.network;
  }

  afterEach(() => chain.stop());

  const creation = (): ChainMessage[] => [{ type: "createProvider", record: recordOf(owner.address) }];
  const register = (network: NetworkConfig) => submit(network, owner.source, async () => creation());
  const executed = () => chain.transactions.filter(({ code }) => code === 0).length;

  /** What `send` takes, with the journal and the lock of this test's wallet. */
  async function sender(network: NetworkConfig, patienceMs: number): Promise<Sender> {
    const file = join(folder, "own", owner.address);
    const [connection, lock] = await Promise.all([openChain(network), lockWallet(file, owner.address)]);
    const { wallet } = owner;
    return { chain: connection, wallet, lock, journal: new Journal(file), settle: { patienceMs } };
  }

  for (const [title, fault, reason] of [
    ["lags", { lagSeconds: 31 }, /s old \(at most 30 s\)/],
    ["keeps no index of transactions", { txIndex: "off" }, /keeps no index of transactions/],
    ["is catching up", { catchingUp: true }, /catching up/],
    ["serves another chain", { reportedChainId: "other-1" }, /it serves chain other-1/],
    ["cuts connections", { refuseConnections: true }, /the connection failed/],
  ] as const) {
    it(`refuses an endpoint that ${title}`, async () => {
      const network = await setUp();
      Object.assign(chain.faults, fault);
      await assert.rejects(openChain(network), (error) => {
        assert.ok(error instanceof NoUsableEndpoint);
        assert.match(error.failures[0]?.reason ?? "", reason);
        return true;
      });
      chain.heal();
      await openChain(network);
    });
  }

  it("gives up on an endpoint that does not answer in time", async () => {
    const network = await setUp();
    chain.faults.delayMs = 400;
    await assert.rejects(openChain(network, { timeoutMs: 100 }), /no answer within 0\.1 s/);
  });

  it("probes for the generation where the node does not state it", async () => {
    const network = await setUp();
    chain.faults.failMethods = { akash: "Method not found" };
    assert.equal((await openChain(network)).generation, "v2");
  });

  it("registers on a chain of v1.x, which does not state its generation either", async () => {
    const network = await setUp();
    chain.faults.generation = "v1";
    assert.equal((await openChain(network)).generation, "v1");
    await register(network);
    assert.equal(executed(), 1);
  });

  it("says that it knows no generation of a chain that answers no probe", async () => {
    const network = await setUp();
    const answers: Record<string, unknown> = {
      status: {
        node_info: { network: network.chainId },
        sync_info: { catching_up: false, latest_block_height: "1", latest_block_time: new Date() },
      },
      abci_query: { response: { code: 6, log: "unknown query path: unknown request", codespace: "sdk" } },
    };
    const other = createServer(async (request, response) => {
      const { method } = JSON.parse((await request.toArray()).join("")) as { method: string };
      const error = { code: -32601, message: "Method not found" };
      response.end(JSON.stringify(method in answers ? { result: answers[method] } : { error }));
    }).listen(0, "127.0.0.1");
    await once(other, "listening");
    const rpc = [`http://127.0.0.1:${(other.address() as AddressInfo).port}`];
    await assert.rejects(openChain({ ...network, rpc }), UnknownGeneration);
    other.close();
    other.closeAllConnections();
  });

  it("signs again when another signer was faster, several times", async () => {
    const network = await setUp();
    chain.faults.sequenceRaces = 3;
    await register(network);
    assert.equal(executed(), 1);
    assert.ok(!existsSync(join(folder, "state")));
  });

  it("says what a simulation says, and signs nothing", async () => {
    const network = await setUp();
    chain.faults.simulateError = "failed to execute message; message index: 0: certificate exists";
    await assert.rejects(register(network), (error) => {
      assert.ok(error instanceof TransactionRefused);
      assert.deepEqual([error.stage, error.codespace, error.code], ["simulation", "cert", 3]);
      return true;
    });
    assert.equal(chain.requests.get("broadcast_tx_sync"), undefined);
  });

  it("sends the same bytes again when a broadcast was lost on the way", async () => {
    const network = await setUp();
    chain.faults.loseBroadcasts = 1;
    await register(network);
    assert.equal(executed(), 1);
    assert.equal(chain.transactions.length, 1);
  });

  it("executes once when the answer is lost and the mempool forgets", async () => {
    const network = await setUp();
    chain.faults.dropBroadcastAnswers = 1;
    const registering = register(network);
    while (chain.transactions.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    chain.forgetCache();
    await registering;
    assert.equal(chain.transactions.length, 1);
  });

  it("knows that a transaction no block included by its timeout height never will be", async () => {
    const network = await setUp(50);
    chain.faults.neverInclude = true;
    await assert.rejects(register(network), TransactionExpired);
    chain.heal();
    assert.equal(executed(), 0);
    assert.ok(!existsSync(join(folder, "state")), "nothing is left to recover");
  });

  it("keeps a transaction of unknown outcome, and the next run finds it executed", async () => {
    const network = await setUp();
    const first = await sender(network, 1_500);
    chain.faults.dropBroadcastAnswers = 1;
    const sending = send(first, creation());
    const gone = assert.rejects(sending, (error) => {
      assert.ok(error instanceof TransactionUnknown);
      assert.match(error.message, /looks this transaction up before it signs anything/);
      return true;
    });
    while (chain.mempoolSize === 0 && executed() === 0)
      await new Promise((resolve) => setTimeout(resolve, 1));
    chain.faults.refuseConnections = true;
    await gone;
    const kept = await first.journal.read();
    assert.equal(kept?.hash, chain.transactions[0]?.hash);

    chain.heal();
    const recovered = await recover(first);
    assert.equal(recovered?.receipt.hash, kept?.hash);
    assert.deepEqual(recovered?.messages, ["createProvider"]);
    assert.equal(await first.journal.read(), undefined);
    assert.equal(await recover(first), undefined);
    assert.equal(chain.transactions.length, 1);
    await first.lock.release();
  });

  it("warns in a preview that an auditor's signature would be lost, and only then", async () => {
    const network = await setUp();
    const signed = [{ key: "tier", value: "community" }];
    chain.edit(({ audits }) => {
      audits.push({ owner: owner.address, auditor: "akash1auditor", attributes: signed });
    });
    const inputs = {
      network,
      wallet: owner.source,
      owner: owner.address,
      hostUri: "https://provider.example.com:8443",
      attributes: { tier: "community" },
      contact: { email: "", website: "" },
    };
    const state = { ...inputs, chainId: network.chainId, txHash: "", height: 1 };
    const warnings: string[] = [];
    const { warn } = console;
    console.warn = (text: string) => warnings.push(text);
    try {
      const { diff } = handler();
      await diff?.(owner.address, state, { ...inputs, attributes: { tier: "community", extra: "1" } });
      assert.deepEqual(warnings, []);
      await diff?.(owner.address, state, { ...inputs, attributes: { tier: "premium" } });
      assert.equal(warnings.length, 1);
      assert.match(warnings[0] ?? "", /akash1auditor .*\(tier\)/);
      await chain.stop();
      const changed = await diff?.(owner.address, state, { ...inputs, attributes: {} });
      assert.equal(changed?.changes, true, "a chain out of reach does not fail a preview");
    } finally {
      console.warn = warn;
    }
  });

  it("replaces a registration for another owner or chain, and for nothing else", async () => {
    const network = await setUp();
    const inputs = {
      network,
      wallet: owner.source,
      owner: owner.address,
      hostUri: "https://provider.example.com:8443",
      attributes: {},
      contact: { email: "", website: "" },
    };
    const state = { ...inputs, chainId: network.chainId, txHash: "", height: 1 };
    const replaces = async (change: object) =>
      (await handler().diff?.(owner.address, state, { ...inputs, ...change }))?.replaces;
    assert.deepEqual(await replaces({ owner: "akash1other" }), ["owner"]);
    assert.deepEqual(await replaces({ network: { ...network, chainId: "other-1" } }), ["network"]);
    assert.deepEqual(await replaces({ network: { ...network, rpc: ["http://127.0.0.1:3"] } }), []);
    assert.deepEqual(await replaces({ hostUri: "https://other.example.com:8443" }), []);
  });

  it("holds nothing that is secret on disk", async () => {
    const network = await setUp();
    const first = await sender(network, 300);
    chain.faults.failMethods = { broadcast_tx_sync: "node is going down" };
    await assert.rejects(send(first, creation()), TransactionUnknown);
    const kept = JSON.stringify(await first.journal.read());
    const key = Buffer.from(owner.wallet.privateKey());
    for (const secret of [key.toString("hex"), key.toString("base64")]) assert.ok(!kept.includes(secret));
    await first.journal.remove();
    await first.lock.release();
  });
});
