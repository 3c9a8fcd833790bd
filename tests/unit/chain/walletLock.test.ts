import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, it } from "mocha";
import { removeDeadLock } from "../../../components/chain/deadLock.ts";
import { WalletBusy } from "../../../components/chain/errors.ts";
import { lockWallet } from "../../../components/chain/walletLock.ts";

let root: string;

before(() => {
  root = mkdtempSync(join(tmpdir(), "chain-lock-"));
});

after(() => rmSync(root, { recursive: true, force: true }));

/** What a process leaves that was killed while it held the lock. */
function leaveDeadLock(file: string): void {
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  mkdirSync(`${file}.lock`, { recursive: true });
  writeFileSync(`${file}.owner`, JSON.stringify({ pid, host: hostname() }));
}

describe("the wallet's lock", () => {
  it("is held by one at a time and leaves nothing behind", async () => {
    const file = join(root, "lock", "c.akash1x");
    const order: string[] = [];
    const first = await lockWallet(file, "akash1x");
    first.assertHeld();
    const second = lockWallet(file, "akash1x").then((lock) => {
      order.push("second");
      return lock;
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    order.push("first ends");
    await first.release();
    await (await second).release();
    assert.deepEqual(order, ["first ends", "second"]);
    assert.ok(!existsSync(join(root, "lock")));
  });

  it("has a folder for its owner alone", async () => {
    const lock = await lockWallet(join(root, "own", "c.akash1x"), "akash1x");
    assert.equal(statSync(join(root, "own")).mode & 0o777, 0o700);
    assert.equal(statSync(join(root, "own", "c.akash1x.owner")).mode & 0o777, 0o600);
    await lock.release();
  });

  it("leaves the files of another wallet where they are", async () => {
    const file = join(root, "shared", "c.akash1x");
    const lock = await lockWallet(file, "akash1x");
    writeFileSync(join(root, "shared", "other"), "");
    await lock.release();
    assert.deepEqual(readdirSync(join(root, "shared")), ["other"]);
  });

  it("does not name a holder that left no name", async () => {
    const file = join(root, "nameless", "c.akash1x");
    mkdirSync(`${file}.lock`, { recursive: true });
    await assert.rejects(lockWallet(file, "akash1x", 1), /in use by another process for 0 s/);
  });

  it("fails as the disk fails", async () => {
    writeFileSync(join(root, "a-file"), "");
    await assert.rejects(lockWallet(join(root, "a-file", "c.akash1x"), "akash1x"), { code: "EEXIST" });
    mkdirSync(join(root, "occupied"));
    writeFileSync(join(root, "occupied", "c.akash1x.lock"), "");
    await assert.rejects(lockWallet(join(root, "occupied", "c.akash1x"), "akash1x", 0), (error) => {
      assert.ok(error instanceof Error);
      return true;
    });
  });

  it("names the holder when it is held too long", async () => {
    const file = join(root, "busy", "c.akash1x");
    const held = await lockWallet(file, "akash1x");
    await assert.rejects(
      lockWallet(file, "akash1x", 0),
      (error) => error instanceof WalletBusy && error.message.includes(`process ${process.pid}`),
    );
    await held.release();
  });

  it("passes on at once from a process that died", async () => {
    const file = join(root, "dead", "c.akash1x");
    leaveDeadLock(file);
    const started = Date.now();
    const lock = await lockWallet(file, "akash1x");
    assert.ok(Date.now() - started < 1_000);
    await lock.release();
  });

  it("is not taken from a process out of sight, nor by the name of a holder before", async () => {
    const file = join(root, "far", "c.akash1x");
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    mkdirSync(`${file}.lock`, { recursive: true });
    writeFileSync(`${file}.owner`, JSON.stringify({ pid, host: "elsewhere" }));
    await assert.rejects(lockWallet(file, "akash1x", 0), /elsewhere/);
    rmSync(`${file}.lock`, { recursive: true });
    writeFileSync(`${file}.owner`, JSON.stringify({ pid, host: hostname() }));
    await new Promise((resolve) => setTimeout(resolve, 20));
    mkdirSync(`${file}.lock`);
    await assert.rejects(lockWallet(file, "akash1x", 0), WalletBusy);
  });

  it("is taken by one of two that found its holder dead, however long one of them takes to act on it", async () => {
    const file = join(root, "two", "c.akash1x");
    leaveDeadLock(file);
    let goOn = () => {};
    const paused = new Promise<void>((reached) => {
      const gate = new Promise<void>((open) => {
        goOn = open;
      });
      void removeDeadLock(file, async () => {
        reached();
        await gate;
      });
    });
    await paused;
    const taking = lockWallet(file, "akash1x");
    await sleep(300);
    goOn();
    const lock = await taking;
    await sleep(100);
    await assert.rejects(lockWallet(file, "akash1x", 300), WalletBusy);
    lock.assertHeld();
    await lock.release();
    assert.ok(!existsSync(dirname(file)));
  });

  it("is free when nobody has refreshed it for ten seconds, also where a takeover was killed", async () => {
    const file = join(root, "stale", "c.akash1x");
    const ages = [".lock", ".takeover"].map((ending) => file + ending);
    for (const path of ages) {
      mkdirSync(path, { recursive: true });
      const then = Date.now() / 1000 - 11;
      utimesSync(path, then, then);
    }
    writeFileSync(`${file}.owner`, JSON.stringify({ pid: 1, host: "elsewhere" }));
    const lock = await lockWallet(file, "akash1x", 1_000);
    await lock.release();
    assert.ok(!existsSync(dirname(file)));
  });
});
