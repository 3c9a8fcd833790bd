import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { after, afterEach, before, describe, it } from "mocha";
import { openCluster } from "../../components/cluster/index.ts";
import {
  type EmbeddedServices,
  ensureEmbedded,
  ServiceFailed,
  statusEmbedded,
  stopEmbedded,
  WalletLost,
} from "../../embedded/index.ts";
import { identify, startedWith } from "../../embedded/processes.ts";
import { ensureToolchain, type Progress, type Toolchain } from "../../toolchain/index.ts";
import { ensureElsewhere } from "./embeddedElsewhere.ts";

const programs = ["akash", "etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"];
const marker = "/api/v1/namespaces/default/configmaps/marker";

describe("the embedded site's services heal", function () {
  this.timeout(180_000);
  let root: string;
  let folder: string;
  let toolchain: Toolchain;
  let services: EmbeddedServices;
  let told: string[];
  let markerId: string;
  let height: number;
  let intruders: Server[] = [];

  const progress = {
    line: (text: string) => told.push(text),
    start: (label: string) => {
      told.push(label);
      return { note() {}, done() {}, fail: () => told.push("failed") };
    },
  } as unknown as Progress;

  before(async function () {
    this.timeout(1_800_000);
    toolchain = await ensureToolchain({ tools: ["embedded"], silent: true });
    root = mkdtempSync(join(tmpdir(), "embedded-faults-"));
    folder = join(root, ".embedded");
    await ensure();
    await mark();
  });

  afterEach(() => {
    for (const server of intruders) server.close();
    intruders = [];
  });

  after(async () => {
    await stopEmbedded({ folder });
    rmSync(root, { recursive: true });
  });

  async function ensure(): Promise<void> {
    told = [];
    services = await ensureEmbedded({ folder, toolchain, progress });
  }

  /** Leaves something behind whose loss would be noticed. */
  async function mark(): Promise<void> {
    const cluster = await openCluster({ kubeconfigPath: services.cluster.kubeconfig });
    const created = await cluster.request<Identified>("POST", "/api/v1/namespaces/default/configmaps", {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "marker" },
    });
    markerId = created?.metadata.uid ?? "";
    height = await currentHeight();
  }

  async function currentHeight(): Promise<number> {
    const answer = await fetch(`${services.chain.rpc[0]}/status`);
    const { result } = (await answer.json()) as { result: { sync_info: { latest_block_height: string } } };
    return Number(result.sync_info.latest_block_height);
  }

  function pidOf(name: string): number {
    const pid = statusEmbedded(folder).find((program) => program.name === name)?.pid;
    assert.ok(pid, `${name} does not run`);
    return pid;
  }

  /** kill -9, and wait until the process is gone. */
  async function kill(...names: string[]): Promise<void> {
    for (const name of names) process.kill(pidOf(name), "SIGKILL");
    const alive = () => statusEmbedded(folder).filter(({ name, pid }) => names.includes(name) && pid);
    while (alive().length > 0) await sleep(10);
  }

  async function occupy(port: number): Promise<void> {
    for (let bound = false; !bound; ) {
      const server = createServer().listen(port, "127.0.0.1");
      bound = await once(server, "listening").then(
        () => true,
        () => false,
      );
      if (bound) intruders.push(server);
      else await sleep(20);
    }
  }

  async function assertNothingLost(): Promise<void> {
    for (const name of programs) pidOf(name);
    const now = await currentHeight();
    assert.ok(now >= height, `the chain is back at block ${now} from ${height}`);
    height = now;
    const cluster = await openCluster({ kubeconfigPath: services.cluster.kubeconfig });
    assert.equal((await cluster.get<Identified>(marker))?.metadata.uid, markerId);
  }

  for (const name of programs) {
    it(`when ${name} was killed`, async () => {
      await kill(name);
      const others = programs.filter((other) => other !== name);
      const before = others.map(pidOf);
      await ensure();
      const service =
        name === "akash" ? "Starting the embedded chain" : `Restarting ${name} of the embedded cluster`;
      assert.deepEqual(told, [service]);
      assert.deepEqual(others.map(pidOf), before);
      await assertNothingLost();
    });
  }

  it("when everything was killed, as by a reboot", async () => {
    const ports = [services.chain.rpc, services.cluster.server];
    await kill(...programs);
    await ensure();
    assert.deepEqual(told.toSorted(), ["Starting the embedded chain", "Starting the embedded cluster"]);
    assert.deepEqual([services.chain.rpc, services.cluster.server], ports);
    await assertNothingLost();
  });

  it("when a program hangs", async () => {
    process.kill(pidOf("akash"), "SIGSTOP");
    await ensure();
    assert.deepEqual(told, ["Restarting the embedded chain, which does not answer"]);
    await assertNothingLost();
  });

  it("when another program took the chain's port", async () => {
    await kill("akash");
    const taken = Number(new URL(services.chain.rpc[0] ?? "").port);
    await occupy(taken);
    await ensure();
    const port = Number(new URL(services.chain.rpc[0] ?? "").port);
    assert.notEqual(port, taken);
    assert.equal(
      told[0],
      `The port of the embedded chain's rpc is taken by another program: it is ${port} now.`,
    );
    await assertNothingLost();
  });

  it("when another program took the API server's port", async () => {
    await kill("kube-apiserver");
    const taken = Number(new URL(services.cluster.server).port);
    await occupy(taken);
    await ensure();
    const port = Number(new URL(services.cluster.server).port);
    assert.notEqual(port, taken);
    assert.match(told[0] ?? "", new RegExp(`embedded cluster's kube-apiserver is taken .* ${port} now`));
    assert.ok(readFileSync(services.cluster.kubeconfig, "utf8").includes(services.cluster.server));
    await assertNothingLost();
  });

  it("when the pid files are lost, without a second copy of anything", async () => {
    const before = programs.map((name) => ({ name, pid: pidOf(name) }));
    rmSync(join(folder, "chain", "pids"), { recursive: true });
    rmSync(join(folder, "cluster", "pids"), { recursive: true });
    await ensure();
    for (const { name, pid } of before) {
      assert.notEqual(pidOf(name), pid);
      assert.equal(identify(pid), undefined);
    }
    await assertNothingLost();
  });

  it("when a simulated node was deleted by hand", async () => {
    const cluster = await openCluster({ kubeconfigPath: services.cluster.kubeconfig });
    await cluster.request("DELETE", "/api/v1/nodes/embedded-2");
    await ensure();
    assert.ok(await cluster.get("/api/v1/nodes/embedded-2"));
  });

  it("when the folder was removed by hand and the start after that was interrupted", async () => {
    const before = programs.map(pidOf);
    rmSync(folder, { recursive: true });
    const interrupted = ensureElsewhere(folder, toolchain);
    interrupted.result.catch(() => undefined);
    while (!existsSync(join(folder, "cluster", "pids", "etcd.json"))) await sleep(5);
    interrupted.process.kill("SIGKILL");
    await once(interrupted.process, "exit");
    await ensure();
    for (const pid of before) assert.equal(identify(pid), undefined);
    for (const name of programs) {
      const service = name === "akash" ? "chain" : "cluster";
      const running = startedWith(`PULUMI_AKASH_DAEMON=${join(folder, service, name)}`);
      assert.deepEqual(
        running.map(({ pid }) => pid),
        [pidOf(name)],
      );
    }
    await mark();
  });

  it("except when they can't, and then say why and show the log", async () => {
    await kill("akash");
    const genesis = join(services.chain.home, "config", "genesis.json");
    const content = readFileSync(genesis, "utf8");
    writeFileSync(genesis, "{");
    await assert.rejects(ensure(), (error: unknown) => {
      assert.ok(error instanceof ServiceFailed);
      assert.match(
        error.message,
        /^The embedded chain does not run: akash ended by itself\. Its log is .*akash\.log;/,
      );
      assert.match(error.logTail, /unexpected end of JSON input/);
      return true;
    });
    writeFileSync(genesis, content);
    await ensure();
    await assertNothingLost();
  });

  it("except when the wallet is gone that the chain funds", async () => {
    const words = readFileSync(services.wallet.mnemonicFile);
    rmSync(services.wallet.mnemonicFile);
    await assert.rejects(ensure(), WalletLost);
    writeFileSync(services.wallet.mnemonicFile, words, { mode: 0o600 });
    await ensure();
    await assertNothingLost();
  });
});

interface Identified {
  readonly metadata: { readonly uid: string };
}
