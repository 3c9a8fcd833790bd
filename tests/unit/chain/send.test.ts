import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { openChain } from "../../../components/chain/client.ts";
import {
  FeeTooHigh,
  InsufficientFunds,
  TransactionRefused,
  TransactionUnknown,
} from "../../../components/chain/errors.ts";
import { Journal, type JournalEntry } from "../../../components/chain/journal.ts";
import { recover, type Sender, send } from "../../../components/chain/send.ts";
import type { ChainMessage } from "../../../components/chain/types.ts";
import type { ScriptedChain } from "../../support/scriptedChain/index.ts";
import { otherWallet, wallet } from "../wallet/wallets.ts";
import { startOwnChain } from "./ownChain.ts";
import { useVirtualTime } from "./virtualTime.ts";

const owner = wallet.address;
const message: ChainMessage = {
  type: "createProvider",
  record: { owner, hostUri: "https://provider.example.com:8443", attributes: [], email: "", website: "" },
};
const update: ChainMessage = { ...message, type: "updateProvider" };

describe("sending", () => {
  const time = useVirtualTime();
  let folder: string;
  let chain: ScriptedChain;
  let sender: Sender;
  let written: JournalEntry[];
  let held: boolean;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "chain-send-"));
    chain = await startOwnChain(10_000, owner);
    time.onSleep = () => chain.produceBlock();
    written = [];
    held = true;
    const journal = new Journal(join(folder, "entry"));
    const write = journal.write.bind(journal);
    journal.write = (entry) => {
      written.push(entry);
      return write(entry);
    };
    const lock = {
      assertHeld: () => assert.ok(held, "the lock was lost"),
      release: async () => {},
    };
    sender = { chain: await openChain(chain.network), wallet, lock, journal };
  });

  afterEach(async () => {
    await chain.stop();
    rmSync(folder, { recursive: true });
  });

  const broadcasts = () => chain.requests.get("broadcast_tx_sync") ?? 0;
  const down = (reason?: string) => {
    chain.faults.failMethods = reason === undefined ? {} : { broadcast_tx_sync: reason };
  };

  it("signs one transaction for what it needs and keeps it until it is executed", async () => {
    const before = chain.height;
    const receipt = await send(sender, [message, update]);
    const [executed] = chain.transactions;
    assert.ok(executed);
    assert.equal(executed.code, 0);
    assert.deepEqual(receipt, {
      hash: executed.hash,
      height: executed.height,
      gasUsed: executed.gasUsed,
      fee: executed.fee,
    });
    // Half as much again as the simulation measured, which is less by what a signature costs.
    const margin = executed.gasWanted * 2n - executed.gasUsed * 3n;
    assert.ok(margin <= 0n && margin > -1_000n);
    assert.equal(executed.fee, `${(executed.gasWanted * 25n + 9_999n) / 10_000n}uakt`);
    assert.equal(chain.provider(owner)?.hostUri, "https://provider.example.com:8443");
    assert.deepEqual(written, [
      {
        chainId: chain.network.chainId,
        address: owner,
        hash: executed.hash,
        bytes: Buffer.from(executed.bytes).toString("base64"),
        sequence: 0,
        timeoutHeight: before + 30,
        messages: ["createProvider", "updateProvider"],
        fee: executed.fee,
        signedAt: written[0]?.signedAt,
      },
    ]);
    assert.ok(Math.abs(Date.now() - (written[0]?.signedAt ?? 0)) < 5_000);
    assert.equal(await sender.journal.read(), undefined);
    assert.equal(broadcasts(), 1);
  });

  it("signs nothing for an address without an account", async () => {
    await assert.rejects(send({ ...sender, wallet: otherWallet }, [message]), (error) => {
      assert.ok(error instanceof InsufficientFunds);
      const { address, denom, needed, available } = error;
      assert.deepEqual([address, denom, needed, available], [otherWallet.address, "uakt", 250n, 0n]);
      return true;
    });
    assert.equal(written.length, 0);
  });

  it("signs nothing that the wallet cannot pay, and pays to the last unit", async () => {
    const balance = (amount: bigint) =>
      chain.edit(({ accounts }) => accounts.get(owner)?.balances.set("uakt", amount));
    balance(0n);
    const short = await send(sender, [message]).catch((error: unknown) => error);
    assert.ok(short instanceof InsufficientFunds);
    assert.equal(short.available, 0n);
    balance(short.needed - 1n);
    await assert.rejects(send(sender, [message]), InsufficientFunds);
    assert.equal(written.length, 0);
    balance(short.needed);
    await send(sender, [message]);
  });

  it("signs nothing for a fee that no transaction costs, whatever the endpoint measures and the wallet holds", async () => {
    chain.edit(({ accounts }) => accounts.get(owner)?.balances.set("uakt", 10n ** 18n));
    // Half as much again is asked for: the most that is paid for, and one unit more.
    for (const measured of [10n ** 12n, 666_667n]) {
      chain.faults.simulatedGas = measured;
      await assert.rejects(send(sender, [message]), FeeTooHigh);
    }
    assert.equal(written.length, 0);
    chain.faults.simulatedGas = 666_666n;
    await send(sender, [message]);
    chain.faults.simulatedGas = 666_667n;
    await send(sender, [update, update]);
  });

  it("signs nothing for a price that was mistyped, and names it with gas, fee and what to check", async () => {
    chain.edit(({ accounts }) => accounts.get(owner)?.balances.set("uakt", 10n ** 18n));
    const dear = await openChain({ ...chain.network, gasPrice: "25uakt" });
    await assert.rejects(send({ ...sender, chain: dear }, [message]), (error) => {
      assert.ok(error instanceof FeeTooHigh);
      assert.match(error.message, /\d{6} gas at 25uakt, a fee of \d\.\d+ AKT; at most 1000000 gas and 1 AKT/);
      assert.match(error.message, /network\.rpc.*network\.gasPrice/);
      return true;
    });
    assert.equal(written.length, 0);
  });

  it("signs nothing when the lock was lost meanwhile", async () => {
    held = false;
    await assert.rejects(send(sender, [message]), /the lock was lost/);
    assert.equal(written.length, 0);
  });

  it("signs nothing that a simulation refuses", async () => {
    chain.faults.simulateError = "failed to execute message; message index: 1: certificate exists";
    await assert.rejects(send(sender, [message]), (error) => {
      assert.ok(error instanceof TransactionRefused);
      const { stage, codespace, code, messageIndex } = error;
      assert.deepEqual([stage, codespace, code, messageIndex], ["simulation", "cert", 3, 1]);
      return true;
    });
    assert.equal(written.length, 0);
  });

  it("signs again with the new sequence when another signer was faster", async () => {
    chain.faults.sequenceRaces = 2;
    const receipt = await send(sender, [message]);
    assert.deepEqual(
      written.map(({ sequence }) => sequence),
      [0, 1, 2],
    );
    assert.equal(receipt.hash, written[2]?.hash);
    assert.ok(time.elapsed >= 700);
  });

  it("gives in after seven attempts, with the reason, and leaves nothing behind", async () => {
    chain.faults.sequenceRaces = 100;
    await assert.rejects(send(sender, [message]), (error) => {
      assert.ok(error instanceof TransactionRefused && error.isSequenceMismatch);
      return true;
    });
    assert.equal(written.length, 7);
    assert.ok(time.elapsed >= 14_700);
    assert.equal(await sender.journal.read(), undefined);
  });

  it("passes any other refusal on at once", async () => {
    const failing: ChainMessage = { type: "revokeCertificate", owner, serial: "9" };
    await assert.rejects(send(sender, [message, failing]), /certificate not found/);
    assert.equal(time.elapsed, 0);
  });

  describe("after an interrupted run", () => {
    const patient = { patienceMs: 1_000 };

    it("has nothing to do when nothing was left", async () => {
      assert.equal(await recover(sender), undefined);
      assert.equal(time.elapsed, 0);
    });

    it("keeps a transaction of unknown outcome, and sends it in the next run", async () => {
      down("node is going down");
      await assert.rejects(send({ ...sender, settle: patient }, [message]), TransactionUnknown);
      assert.deepEqual(await sender.journal.read(), written[0]);
      assert.equal(chain.transactions.length, 0);
      down();
      assert.deepEqual((await recover(sender))?.messages, ["createProvider"]);
      assert.equal(chain.transactions[0]?.hash, written[0]?.hash);
      assert.equal(await sender.journal.read(), undefined);
    });

    it("finds what was executed meanwhile", async () => {
      chain.faults.dropBroadcastAnswers = 2;
      down("node is going down");
      await assert.rejects(send({ ...sender, settle: patient }, [message]), TransactionUnknown);
      const [entry] = written;
      assert.ok(entry);
      chain.heal();
      await sender.chain.rpc("broadcast_tx_sync", { tx: entry.bytes });
      const { height } = chain.produceBlock();
      const before = broadcasts();
      const recovered = await recover(sender);
      assert.deepEqual([recovered?.receipt.hash, recovered?.receipt.height], [entry.hash, height]);
      assert.equal(broadcasts(), before);
    });

    it("lets go of one that can no longer be executed", async () => {
      down("node is going down");
      await assert.rejects(send({ ...sender, settle: patient }, [message]), TransactionUnknown);
      for (let block = 0; block < 40; block++) chain.produceBlock();
      down();
      assert.equal(await recover(sender), undefined);
      assert.equal(await sender.journal.read(), undefined);
      assert.equal(chain.transactions.length, 0);
    });

    it("stays short when told so", async () => {
      down("node is going down");
      const impatient = { ...sender, settle: patient };
      await assert.rejects(send(impatient, [message]), TransactionUnknown);
      const start = time.elapsed;
      await assert.rejects(recover(impatient), TransactionUnknown);
      assert.ok(time.elapsed - start < 2_000);
      assert.deepEqual(await sender.journal.read(), written[0]);
    });
  });
});
