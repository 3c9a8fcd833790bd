import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "mocha";
import { duration } from "../../../doctor/checks/certificates.ts";
import { compareAttributes } from "../../../doctor/checks/registration.ts";
import { spendRate } from "../../../doctor/checks/wallet.ts";
import { gateOf } from "../../../doctor/observe/chain.ts";
import { doctorFile, forgetSite, openHistory, type Reading } from "../../../doctor/observe/history.ts";
import { localHost } from "../../../doctor/observe/hosts.ts";
import { once, onceEach } from "../../../doctor/observe/once.ts";

const now = new Date("2026-06-01T12:00:00Z");

describe("what checks are made of", () => {
  it("says durations as people do", () => {
    assert.deepEqual([90, 3600, 7200, 259_200].map(duration), ["2 min", "60 min", "2 h", "3 days"]);
  });

  it("lets endpoints through a gate, step by step", () => {
    const status = {
      chainId: "c-1",
      catchingUp: false,
      height: 5,
      time: new Date(now.getTime() - 10_000),
      txIndex: true,
    };
    const gate = gateOf(
      [
        { endpoint: "dead", problem: "refused" },
        { endpoint: "other", status: { ...status, chainId: "c-2" } },
        { endpoint: "behind", status: { ...status, catchingUp: true } },
        { endpoint: "old", status: { ...status, time: new Date(now.getTime() - 31_000) } },
        { endpoint: "good", status },
      ],
      "c-1",
      now,
    );
    const names = (list: readonly { endpoint: string }[]) => list.map(({ endpoint }) => endpoint);
    assert.deepEqual(names(gate.answering), ["other", "behind", "old", "good"]);
    assert.deepEqual(names(gate.rightChain), ["behind", "old", "good"]);
    assert.deepEqual(names(gate.synced), ["old", "good"]);
    assert.deepEqual(names(gate.current), ["good"]);
  });

  it("names every attribute that differs, and why tenants would not find it", () => {
    const wanted = { tier: "community", "capabilities/gpu/vendor/nvidia/model/rtx5090": "true" };
    const found = [
      { key: "tier", value: "undefined" },
      { key: "capabilities/gpu/vendor/nvidia/model/rtx5090/ram/31Gi", value: "true" },
      { key: "capabilities/gpu/vendor/nvidia/model/rtx5090/interface/pcie/ram/32Gi", value: "true" },
    ];
    assert.deepEqual(compareAttributes(found, wanted), [
      "tier is `undefined`, should be `community`",
      "capabilities/gpu/vendor/nvidia/model/rtx5090/ram/31Gi should not be there (no card of the network's database has that memory)",
      "capabilities/gpu/vendor/nvidia/model/rtx5090/interface/pcie/ram/32Gi should not be there (memory goes before interface)",
      "capabilities/gpu/vendor/nvidia/model/rtx5090 is missing",
    ]);
    assert.deepEqual(compareAttributes([{ key: "tier", value: "x" }], { tier: "x" }), []);
  });

  it("reckons what a day costs from a reading that is a day old, of the same wallet", () => {
    const reading = (hoursAgo: number, funds: string, owner = "akash1a"): Reading => ({
      ...{ at: new Date(now.getTime() - hoursAgo * 3_600_000).toISOString(), funds, owner },
      ...{ chainId: "c", sequence: 1, providerRan: true },
    });
    const present = { owner: "akash1a", held: 6_000_000n, now };
    assert.equal(spendRate([reading(5, "9000000")], present), undefined);
    assert.equal(spendRate([reading(48, "9000000", "akash1b")], present), undefined);
    assert.deepEqual(spendRate([reading(48, "10000000"), reading(30, "1")], present), { perDay: 2_000_000n });
    assert.deepEqual(spendRate([reading(24, "5000000")], present), { perDay: -1_000_000n });
  });

  it("reads a thing once, whoever asks, also when it fails", async () => {
    let reads = 0;
    const read = once(async () => ++reads);
    assert.deepEqual(await Promise.all([read(), read()]), [1, 1]);
    const broken = onceEach(async (key) => {
      reads++;
      throw new Error(key);
    });
    await assert.rejects(broken("a"), /a/);
    await assert.rejects(broken("a"), /a/);
    assert.equal(reads, 2);
  });
});

describe("what is kept and found on a machine", () => {
  const inFolder = async (use: (folder: string) => Promise<void>) => {
    const folder = mkdtempSync(join(tmpdir(), "doctor-unit-"));
    try {
      await use(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  const reading: Reading = {
    ...{ at: now.toISOString(), chainId: "c", owner: "akash1a", sequence: 1, providerRan: true, funds: "1" },
  };

  it("forgets a site that was taken down, and no other", () =>
    inFolder(async (folder) => {
      const files = ["garage", "attic"].map((site) => doctorFile(site, "readings", folder));
      for (const file of files) await openHistory(file).add(reading);
      await forgetSite("garage", folder);
      const left = await Promise.all(files.map((file) => openHistory(file).readings()));
      assert.deepEqual(
        left.map(({ length }) => length),
        [0, 1],
      );
      await forgetSite("garage", folder);
    }));

  it("keeps a week of readings, an hour apart and the latest, and starts anew from a broken file", () =>
    inFolder(async (folder) => {
      const file = join(folder, "deep", "readings.json");
      const history = openHistory(file);
      assert.deepEqual(await history.readings(), []);
      const minutes = (count: number) => new Date(now.getTime() + count * 60_000).toISOString();
      for (let sequence = 0; sequence < 13; sequence++) {
        await history.add({ ...reading, sequence, at: minutes(20 * sequence) });
      }
      assert.deepEqual(
        (await history.readings()).map(({ sequence }) => sequence),
        [0, 3, 6, 9, 12],
      );
      writeFileSync(
        file,
        JSON.stringify(
          Array.from({ length: 300 }, (_item, hour) => ({ ...reading, at: minutes(60 * hour) })),
        ),
      );
      await history.add({ ...reading, sequence: 99, at: minutes(60 * 300) });
      const kept = await history.readings();
      assert.deepEqual([kept.length, kept.at(-1)?.sequence], [170, 99]);
      writeFileSync(file, "{");
      assert.deepEqual(await history.readings(), []);
    }));

  it("finds keys, keyrings, services and providers of a set-up by hand", () =>
    inFolder(async (root) => {
      const make = (path: string, text = "") => {
        mkdirSync(join(root, path, ".."), { recursive: true });
        writeFileSync(join(root, path), text);
      };
      make("root/key.pem");
      make("root/notes.txt");
      make("home/ada/.akash/keyring-test/provider.info");
      make("etc/systemd/system/akash-provider.service");
      make("etc/systemd/system/ssh.service");
      make("proc/42/cmdline", "provider-services\0run\0--from\0akash1abc\0");
      make("proc/42/cgroup", "0::/system.slice/akash-provider.service");
      make("proc/43/cmdline", "provider-services\0run\0");
      make("proc/43/cgroup", "0::/kubepods/burstable/pod1");
      assert.deepEqual(await localHost(root, "/home/ada").read(), {
        keyFiles: ["/home/ada/.akash/keyring-test", "/root/key.pem"],
        units: ["akash-provider.service"],
        processes: [{ pid: 42, from: "akash1abc" }],
      });
    }));
});
