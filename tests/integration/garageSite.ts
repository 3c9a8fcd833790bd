import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { type Cluster, openCluster } from "../../components/cluster/index.ts";
import { startCluster, stopCluster } from "../../embedded/index.ts";
import { ensureToolchain } from "../../toolchain/index.ts";
import { Checkout } from "../support/checkout.ts";
import { type ScriptedChain, startScriptedChain } from "../support/scriptedChain/index.ts";
import { makeFolder, makeWallet, removeFolder, type TestWallet } from "./chainSupport.ts";

/** Nothing listens there. */
export const DEAD_ENDPOINT = "http://127.0.0.1:2";

/** A real site, `garage`, in a checkout of its own, on a scripted chain of the current generation and a real API server. */
export interface GarageSite {
  readonly folder: string;
  readonly checkout: Checkout;
  readonly chain: ScriptedChain;
  readonly cluster: Cluster;
  /** Path of the file that leads to the API server. */
  readonly kubeconfig: string;
  readonly owner: TestWallet;
  readonly stranger: TestWallet;
  /** The engine's state in a folder of that name, and the signing queue's. */
  environment(state?: string): { readonly [name: string]: string };
  /** Writes the site's file: a sound one but for these fields. */
  declare(changes?: object): Promise<void>;
  /** Not even a simulation. */
  assertNothingSent(): void;
  /** A file that names an API server which is not there. */
  deadKubeconfig(): Promise<string>;
  close(): Promise<void>;
}

/** @param funds of the two wallets, in uakt */
export async function openGarage(funds: {
  readonly owner: bigint;
  readonly stranger: bigint;
}): Promise<GarageSite> {
  const toolchain = await ensureToolchain({ tools: ["engine", "embedded"] });
  const folder = makeFolder();
  const owner = await makeWallet(join(folder, "owner"));
  const stranger = await makeWallet(join(folder, "stranger"));
  const chain = await startScriptedChain({
    accounts: { [owner.address]: { uakt: funds.owner }, [stranger.address]: { uakt: funds.stranger } },
  });
  const checkout = await Checkout.create();
  const { kubeconfig } = await startCluster({ folder: join(folder, "cluster"), toolchain });
  const sound = {
    name: "garage",
    domain: "example.com",
    network: chain.network,
    wallet: owner.source,
    cluster: { kubeconfig },
    address: "203.0.113.7",
    dns: { provider: "manual" },
    contact: { email: "ops@example.com" },
    tls: { issuer: "self-signed" },
    ingress: { mode: "classic", controller: "none" },
    gpu: { operator: "none" },
    attributes: { "location-region": "us-west" },
    storage: {
      classes: [{ name: "beta3", provisioner: "rancher.io/local-path" }],
      providerVolume: { storageClass: "local-path" },
    },
  };
  return {
    folder,
    checkout,
    chain,
    owner,
    stranger,
    cluster: await openCluster({ kubeconfigPath: kubeconfig }),
    kubeconfig,
    environment(state = "state") {
      mkdirSync(join(folder, state), { recursive: true });
      return {
        PULUMI_BACKEND_URL: `file://${join(folder, state)}`,
        PULUMI_CONFIG_PASSPHRASE: "test",
        PULUMI_AKASH_STATE: join(folder, "signing"),
      };
    },
    async declare(changes = {}) {
      const file = join(checkout.folder, "Pulumi.garage.yaml");
      await writeFile(file, stringify({ config: { "akash:site": { ...sound, ...changes } } }));
    },
    assertNothingSent() {
      const methods = [...chain.requests.keys()].filter((name) => /broadcast|Simulate/i.test(name));
      assert.deepEqual([methods, chain.transactions.length], [[], 0]);
    },
    async deadKubeconfig() {
      const file = join(folder, "unreachable");
      await writeFile(file, stringify(DEAD_KUBECONFIG), { mode: 0o600 });
      return file;
    },
    async close() {
      await stopCluster(join(folder, "cluster"));
      await chain.stop();
      await checkout.remove();
      removeFolder(folder);
    },
  };
}

const DEAD_KUBECONFIG = {
  apiVersion: "v1",
  kind: "Config",
  "current-context": "dead",
  contexts: [{ name: "dead", context: { cluster: "dead", user: "dead" } }],
  clusters: [{ name: "dead", cluster: { server: "https://127.0.0.1:1" } }],
  users: [{ name: "dead", user: { token: randomBytes(8).toString("hex") } }],
};
