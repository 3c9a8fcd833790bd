import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { stackEnvironment } from "../../commands/stack.ts";
import { readAccount } from "../../components/chain/account.ts";
import { openChain } from "../../components/chain/index.ts";
import { walletFile } from "../../components/chain/signingState.ts";
import { submit } from "../../components/chain/submit.ts";
import type { NetworkConfig } from "../../components/chain/types.ts";
import { type Cluster, openCluster } from "../../components/cluster/index.ts";
import type { EmbeddedServices } from "../../embedded/index.ts";
import { cacheRootOf, ensureToolchain, silentProgress } from "../../toolchain/index.ts";
import { countChainRequests } from "../bench/noop.ts";
import { filesBelow } from "../support/canaryProcesses.ts";
import { Checkout } from "../support/checkout.ts";
import { expectedOutputs } from "../support/expectedOutputs.ts";
import { transactionsOf } from "../support/transactions.ts";

interface Difference {
  readonly resource: string;
  readonly field?: string;
  readonly kind: string;
}

/** The embedded site as a newcomer meets it, from nothing to nothing. */
describe("the embedded site", function () {
  this.timeout(600_000);
  let checkout: Checkout;
  let services: EmbeddedServices;
  let network: NetworkConfig;
  let cluster: Cluster;
  /** What the newcomer has besides the checkout and the cache. */
  let machine: string;

  before(async () => {
    [checkout, machine] = await Promise.all([
      Checkout.create(),
      mkdtemp(join(tmpdir(), "pulumi-akash-machine-")),
    ]);
    await Promise.all([mkdir(join(machine, "home/state"), { recursive: true }), mkdir(join(machine, "tmp"))]);
    const up = await run("up", "--json");
    assert.equal(up.code, 0, up.stderr);
    services = JSON.parse(await checkout.read(".embedded/services.json"));
    network = services.chain;
    cluster = await openCluster({ kubeconfigPath: services.cluster.kubeconfig });
  });

  after(async () => {
    await checkout?.remove();
    if (machine !== undefined) await rm(machine, { recursive: true, force: true });
  });

  const run = (...args: string[]) => {
    const home = join(machine, "home");
    const own = {
      HOME: home,
      XDG_STATE_HOME: join(home, "state"),
      XDG_CONFIG_HOME: join(home, "config"),
      XDG_DATA_HOME: join(home, "data"),
      XDG_CACHE_HOME: join(home, "cache"),
      TMPDIR: join(machine, "tmp"),
    };
    // The cache stays, and the folders of a Go that is the person's.
    const go = process.env["GOPATH"] ?? join(homedir(), "go");
    return checkout.runWith({ PULUMI_AKASH_CACHE: cacheRootOf(), GOPATH: go, ...own }, ...args);
  };
  const owner = () => services.wallet.address;
  const wallet = () => ({ mnemonicFile: services.wallet.mnemonicFile });
  const drift = async () => {
    const { code, stdout } = await run("drift", "--json");
    return { code, ...(JSON.parse(stdout) as { drift: Difference[]; pending: Difference[] }) };
  };

  it("is registered with its host URI and exactly one valid certificate", async () => {
    const chain = await openChain(network);
    const [provider, certificates] = await Promise.all([
      chain.provider(owner()),
      chain.certificates(owner()),
    ]);
    assert.equal(provider?.hostUri, "https://provider.akash.test:8443");
    assert.equal(certificates.filter(({ state }) => state === "valid").length, 1);
  });

  it("advertises the GPU that a node really offers", async () => {
    const provider = await (await openChain(network)).provider(owner());
    const keys = provider?.attributes.map(({ key }) => key) ?? [];
    assert.ok(keys.includes("capabilities/gpu/vendor/nvidia/model/rtx5090/ram/32Gi/interface/pcie"));
  });

  it("has operators and provider in the cluster, and one replica of the signer", async () => {
    const provider = await cluster.get<{ spec: { replicas: number }; status: { readyReplicas?: number } }>(
      "/apis/apps/v1/namespaces/akash-services/statefulsets/akash-provider",
    );
    assert.deepEqual([provider?.spec.replicas, provider?.status.readyReplicas], [1, 1]);
    for (const name of ["operator-hostname", "operator-inventory"]) {
      assert.ok(await cluster.get(`/apis/apps/v1/namespaces/akash-services/deployments/${name}`), name);
    }
  });

  /** Everything that a command could write to: the engine's state, the cluster's objects, the chain's account, the checkout. */
  const written = async () => {
    const state = join(checkout.folder, ".embedded/state/.pulumi/stacks");
    const files = [...filesBelow(state)].map(([path, content]) => [path, digest(content)]);
    const account = await readAccount(await openChain(network), owner());
    const [objects, tree] = [await resourceVersions(cluster), await checkout.changes()];
    return { files, objects, tree, sequence: account?.sequence };
  };

  it("changes nothing when it is brought up, previewed and compared again", async () => {
    const again = await run("up", "--json");
    assert.equal(again.code, 0, again.stderr);
    const { changes } = JSON.parse(again.stdout) as { changes: Record<string, number> };
    assert.deepEqual(Object.keys(changes), ["same"]);
    assert.ok((changes["same"] ?? 0) >= 60);
    const before = await written();
    assert.ok(before.files.length > 0 && Object.keys(before.objects).length > 40);
    assert.equal((await run("preview")).code, 0);
    assert.deepEqual(await drift(), { code: 0, stack: "dev", drift: [], pending: [] });
    assert.deepEqual(await written(), before);
    const transactions = await transactionsOf(network, owner());
    assert.deepEqual(
      transactions.map(({ messages }) => messages.map((type) => type.split(".").at(-1)).sort()),
      [["MsgCreateCertificate", "MsgCreateProvider"]],
    );
  });

  it("asks the chain no more than ten times to see that nothing changed", async () => {
    const toolchain = await ensureToolchain({ tools: ["engine"], progress: silentProgress });
    const embedded = join(checkout.folder, ".embedded");
    const env = { ...toolchain.env, ...(await stackEnvironment({ name: "dev", embedded: true }, embedded)) };
    const { requests, byMethod } = await countChainRequests(checkout.folder, env);
    assert.ok(requests > 0 && requests <= 10, JSON.stringify(byMethod));
  });

  it("leaves the checkout as git knows it", async () => {
    assert.equal(await checkout.changes(), "");
  });

  it("names what was changed by hand, field by field, and repairs it", async () => {
    const chain = await openChain(network);
    await submit(network, wallet(), async () => {
      const record = await chain.provider(owner());
      assert.ok(record);
      const attributes = record.attributes.map(({ key, value }) => ({
        key,
        value: key === "tier" ? "premium" : value,
      }));
      return [{ type: "updateProvider", record: { ...record, attributes } }];
    });
    await submit(network, wallet(), async () => {
      const valid = (await chain.certificates(owner())).find(({ state }) => state === "valid");
      return [{ type: "revokeCertificate", owner: owner(), serial: valid?.serial ?? "" }];
    });
    await cluster.request("DELETE", "/apis/apps/v1/namespaces/akash-services/deployments/operator-inventory");
    await cluster.request(
      "PATCH",
      "/api/v1/namespaces/lease?fieldManager=kubectl-label",
      { metadata: { labels: { "akash.network": "false" } } },
      "application/merge-patch+json",
    );

    const found = await drift();
    assert.equal(found.code, 2);
    const named = found.drift.map(({ resource, field, kind }) => `${resource} ${field ?? kind}`).sort();
    assert.deepEqual(named, [
      "dev-certificate state",
      "dev-inventory-deployment missing",
      'dev-namespaces-lease metadata.labels["akash.network"]',
      "dev-registration attributes.tier",
    ]);

    const up = await run("up", "--json");
    assert.equal(up.code, 0, up.stderr);
    const after = await drift();
    assert.deepEqual([after.code, after.drift], [0, []]);
    const certificates = await chain.certificates(owner());
    assert.equal(certificates.filter(({ state }) => state === "valid").length, 1);
  });

  it("prints the contract's outputs as chain and cluster have them, the kubeconfig hidden", async () => {
    const outputs = JSON.parse((await run("outputs")).stdout);
    assert.deepEqual(outputs, await expectedOutputs(network, cluster, owner()));
    assert.ok(outputs.gpu.allocatable > 0 && Number(outputs.balance.uakt) > 0);
  });

  it("leaves no process and no file but the cache when it is taken down", async () => {
    await run("doctor", "--json");
    // As a run that was killed in the midst of signing leaves it.
    const state = join(machine, "home/state/pulumi-akash");
    const journal = walletFile(state, network.chainId, owner());
    await mkdir(`${journal}.lock`, { recursive: true });
    for (const ending of [".json", ".owner"]) await writeFile(`${journal}${ending}`, "{}");
    const down = await run("down");
    assert.equal(down.code, 0, down.stderr);
    assert.ok(!existsSync(join(checkout.folder, ".embedded")));
    assert.deepEqual(await commandsNaming(checkout.folder), []);
    const left = await readdir(machine, { recursive: true });
    assert.deepEqual(left.sort(), ["home", "home/state", "tmp"]);
    assert.equal(await checkout.changes(), "");
  });
});

/** Command lines of the running processes that name this folder. */
async function commandsNaming(folder: string): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(
    pids.map((pid) => readFile(join("/proc", pid, "cmdline"), "utf8").catch(() => "")),
  );
  return commands.filter((command) => command.includes(folder));
}

const digest = (content: Buffer): string => createHash("sha256").update(content).digest("hex");

interface Groups {
  readonly groups: readonly { readonly preferredVersion: { readonly groupVersion: string } }[];
}

interface Resources {
  readonly resources: readonly { readonly name: string; readonly verbs: readonly string[] }[];
}

interface Items {
  readonly items: readonly {
    readonly metadata: {
      readonly namespace?: string;
      readonly name: string;
      readonly resourceVersion: string;
    };
  }[];
}

/** What a cluster without any lease writes by itself, all the time. */
const RESTLESS = ["events", "leases", "endpointslices", "endpoints", "nodes"];

/** Version of each object of the cluster, whoever made it; every write changes it. */
async function resourceVersions(cluster: Cluster): Promise<Record<string, string>> {
  const lists = await Promise.all(
    (await listablePaths(cluster)).map(async (path) => {
      const list = await cluster.get<Items>(path);
      return (list?.items ?? []).map(({ metadata: { namespace = "", name, resourceVersion } }) => [
        `${path} ${namespace}/${name}`,
        resourceVersion,
      ]);
    }),
  );
  return Object.fromEntries(lists.flat());
}

/** Of every kind that the API server serves and that can be listed. */
async function listablePaths(cluster: Cluster): Promise<string[]> {
  const { groups } = (await cluster.get<Groups>("/apis")) ?? { groups: [] };
  const roots = [
    "/api/v1",
    ...groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`),
  ];
  const served = await Promise.all(
    roots.map(async (root) => {
      const { resources } = (await cluster.get<Resources>(root)) ?? { resources: [] };
      return resources
        .filter(({ name, verbs }) => verbs.includes("list") && !RESTLESS.includes(name))
        .map(({ name }) => `${root}/${name}`);
    }),
  );
  return served.flat();
}
