import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import type { NetworkConfig } from "../../../components/chain/types.ts";
import { type Cluster, openCluster } from "../../../components/cluster/index.ts";
import { KeyWallet } from "../../../components/wallet/keyWallet.ts";
import { deriveKey, generateWords } from "../../../components/wallet/mnemonic.ts";
import { startChain, startCluster, stopChain, stopCluster } from "../../../embedded/index.ts";
import { ensureToolchain, silentProgress } from "../../../toolchain/index.ts";

/** A site of a fleet on this machine: an API server, controllers and simulated nodes of its own, and a wallet. */
export interface TestSite {
  readonly name: string;
  readonly address: string;
  readonly mnemonicFile: string;
  readonly kubeconfig: string;
  /** As its administrator sees it. */
  cluster(): Promise<Cluster>;
  /** Ends its API server and controllers; its objects stay. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Groups by name: who is in it, and the fields that they have besides. */
type TestGroups = Readonly<
  Record<string, { readonly members: readonly string[]; readonly fields: Readonly<Record<string, unknown>> }>
>;

/** Many sites on one chain and one etcd. */
export interface TestSites {
  readonly folder: string;
  readonly sites: readonly TestSite[];
  /** Variables with which the project's commands find the chain, and keep the stacks' state in the folder. */
  readonly env: NodeJS.ProcessEnv;
  /** A fleet of all sites, with `defaults` laid over what they share, and groups of some of them. */
  declaration(
    defaults?: Readonly<Record<string, unknown>>,
    rollout?: Readonly<Record<string, unknown>>,
    groups?: TestGroups,
  ): string;
  stop(): Promise<void>;
}

/** Enough to register and to bid. */
const COINS = "100000000uakt";
/** Control planes that start at once: more only take turns on few cores. */
const AT_ONCE = 2;

export interface SitesOptions {
  /** A chain that runs already and has the wallets' coins from `fund`; default: one is started. */
  readonly chain?: { readonly network: NetworkConfig; fund(addresses: readonly string[]): void };
}

/** @param count number of sites, named `site-1` and so on */
export async function startSites(count: number, { chain: given }: SitesOptions = {}): Promise<TestSites> {
  const toolchain = await ensureToolchain({ tools: ["engine", "embedded"], progress: silentProgress });
  const folder = mkdtempSync(join(tmpdir(), "pulumi-akash-fleet-"));
  const wallets = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const name = `site-${index + 1}`;
      mkdirSync(join(folder, name), { mode: 0o700 });
      const mnemonicFile = join(folder, name, "wallet.mnemonic");
      const words = generateWords();
      writeFileSync(mnemonicFile, words, { mode: 0o600 });
      return { name, mnemonicFile, address: new KeyWallet(await deriveKey(words)).address };
    }),
  );
  if (given === undefined) {
    const accounts = wallets.map(({ address }) => ({ address, coins: COINS }));
    const chain = await startChain({ folder: join(folder, "chain"), toolchain, accounts });
    writeFileSync(join(folder, "services.json"), JSON.stringify({ chain }));
  } else given.fund(wallets.map(({ address }) => address));

  const sites = wallets.map(({ name, mnemonicFile, address }, index): TestSite => {
    const home = join(folder, name, "cluster");
    const kubeconfig = join(folder, name, "kubeconfig");
    const shared =
      index === 0 ? {} : { etcd: { folder: join(folder, "site-1", "cluster"), prefix: `/${name}` } };
    return {
      name,
      mnemonicFile,
      address,
      kubeconfig,
      cluster: () => openCluster({ kubeconfigPath: kubeconfig }),
      stop: () => stopCluster(home),
      start: async () => void (await startCluster({ folder: home, kubeconfig, toolchain, ...shared })),
    };
  });
  const [first, ...others] = sites;
  const stop = async () => {
    await Promise.all(others.map((site) => site.stop()));
    await Promise.all([first?.stop(), stopChain(join(folder, "chain"))]);
    rmSync(folder, { recursive: true, force: true });
  };
  const waiting = [...others];
  const work = async () => {
    for (let site = waiting.shift(); site !== undefined; site = waiting.shift()) await site.start();
  };
  try {
    // The first one's etcd serves all.
    await first?.start();
    const started = await Promise.allSettled(Array.from({ length: AT_ONCE }, work));
    for (const one of started) if (one.status === "rejected") throw one.reason;
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    folder,
    sites,
    env: { PULUMI_AKASH_EMBEDDED: folder },
    declaration: (defaults = {}, rollout = {}, groups = {}) =>
      stringify(fleetOf(sites, { network: given?.network ?? "devnet", ...defaults }, rollout, groups)),
    stop,
  };
}

/** As `Pulumi.dev.yaml` has it, for many. */
function fleetOf(
  sites: readonly TestSite[],
  defaults: Readonly<Record<string, unknown>>,
  rollout: Readonly<Record<string, unknown>>,
  groups: TestGroups,
) {
  const groupsOf = (name: string) =>
    Object.keys(groups).filter((group) => groups[group]?.members.includes(name));
  return {
    defaults: {
      address: defaults["network"] === "devnet" ? "127.0.0.1" : "203.0.113.10",
      dns: { provider: "manual" },
      contact: { email: "ops@akash.test" },
      tls: { issuer: "self-signed" },
      ingress: { mode: "classic", controller: "none" },
      gpu: { operator: "none" },
      attributes: { host: "akash", tier: "community", "location-region": "us-west" },
      storage: {
        classes: [{ name: "beta3", provisioner: "rancher.io/local-path" }],
        providerVolume: { storageClass: "local-path" },
      },
      pricing: { gpu: { rtx5090: 120 } },
      ...defaults,
    },
    groups: Object.fromEntries(Object.entries(groups).map(([name, { fields }]) => [name, fields])),
    sites: Object.fromEntries(
      sites.map(({ name, mnemonicFile, kubeconfig }) => [
        name,
        {
          domain: `${name}.akash.test`,
          wallet: { mnemonicFile },
          cluster: { kubeconfig },
          groups: groupsOf(name),
        },
      ]),
    ),
    rollout,
  };
}
