import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { after, afterEach, before, beforeEach, describe, it } from "mocha";
import { type ChainConnection, openChain } from "../../components/chain/client.ts";
import { TransactionUnknown } from "../../components/chain/errors.ts";
import { Journal, type JournalEntry } from "../../components/chain/journal.ts";
import { recover, type Sender, send } from "../../components/chain/send.ts";
import { lockWallet } from "../../components/chain/walletLock.ts";
import {
  chains,
  type FaultyEndpoint,
  makeFolder,
  recordOf,
  removeFolder,
  sendByItself,
  startFaultyEndpoint,
  type TestChain,
  type TestWallet,
  transactionsOf,
} from "./chainSupport.ts";

for (const { name, start } of chains) {
  describe(`a transaction that was signed and not sent on ${name}`, function () {
    this.timeout(120_000);
    let folder: string;
    let chain: TestChain;
    let endpoint: FaultyEndpoint;
    let owner: TestWallet;
    let direct: ChainConnection;
    let sender: Sender;
    let signed: JournalEntry;

    before(async () => {
      folder = makeFolder();
      chain = await start(folder);
      direct = await openChain(chain.network);
    });

    after(async () => {
      await chain?.stop();
      removeFolder(folder);
    });

    beforeEach(async () => {
      owner = chain.nextWallet();
      endpoint = await startFaultyEndpoint(chain.network.rpc[0] ?? "");
      const file = join(folder, owner.address);
      const [connection, lock] = await Promise.all([
        openChain({ ...chain.network, rpc: [endpoint.url] }),
        lockWallet(file, owner.address),
      ]);
      const journal = new Journal(file);
      sender = { chain: connection, wallet: owner.wallet, lock, journal, settle: { patienceMs: 300 } };
      endpoint.loseRequests.add("broadcast_tx_sync");
      const creation = { type: "createProvider", record: recordOf(owner.address) } as const;
      await assert.rejects(send(sender, [creation]), TransactionUnknown);
      signed = (await journal.read()) ?? assert.fail("the journal lost it");
      assert.equal(await transactionsOf(chain.network, owner.address), 0);
    });

    afterEach(async () => {
      endpoint.close();
      await sender.lock.release();
    });

    /** What the next run does first, on endpoints that work. */
    const next = () => recover({ ...sender, settle: { patienceMs: 20_000 } });

    it("is sent by the next run, as it was signed", async () => {
      endpoint.loseRequests.clear();
      assert.equal((await next())?.receipt.hash, signed.hash);
      assert.equal(await transactionsOf(chain.network, owner.address), 1);
      assert.deepEqual(await direct.provider(owner.address), recordOf(owner.address));
      assert.equal(await sender.journal.read(), undefined);
    });

    it("is let go once another signer took its sequence", async () => {
      await sendByItself(chain.network, owner);
      while ((await transactionsOf(chain.network, owner.address)) === 0) await sleep(50);
      endpoint.loseRequests.clear();
      assert.equal(await next(), undefined);
      assert.equal(await sender.journal.read(), undefined);
      assert.equal(await transactionsOf(chain.network, owner.address), 1);
      assert.equal(await direct.provider(owner.address), undefined);
    });

    it("is let go after its timeout height", async () => {
      while ((await direct.latestBlock()).height <= signed.timeoutHeight) await sleep(250);
      endpoint.loseRequests.clear();
      assert.equal(await next(), undefined);
      assert.equal(await sender.journal.read(), undefined);
      assert.equal(await transactionsOf(chain.network, owner.address), 0);
    });
  });
}
