import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Cluster, openCluster } from "../../../components/cluster/index.ts";
import { commonModels } from "../../../components/gpu/commonModels.ts";
import { detectFromNodes } from "../../../components/gpu/detect.ts";
import { siteAttributes } from "../../../components/site/attributes.ts";
import { parseSiteConfig, type SiteConfig } from "../../../components/site/config.ts";
import { keyringFiles } from "../../../components/wallet/keyring/directory.ts";
import { KeyWallet } from "../../../components/wallet/keyWallet.ts";
import { deriveKey, generateWords } from "../../../components/wallet/mnemonic.ts";
import type { Wallet } from "../../../components/wallet/types.ts";
import type { DoctorOptions } from "../../../doctor/doctor.ts";
import { openHistory } from "../../../doctor/observe/history.ts";
import { type HostFindings, type HostReader, localHost } from "../../../doctor/observe/hosts.ts";
import type { ReachOptions } from "../../../doctor/observe/reach.ts";
import type { SiteUnderCheck } from "../../../doctor/types.ts";
import { simulatedNodes } from "../../../embedded/cluster/nodes.ts";
import { type ScriptedChain, startScriptedChain } from "../scriptedChain/index.ts";
import { certificateKey } from "../scriptedChain/state.ts";
import { startTestApiServer, type TestApiServer } from "./apiServer.ts";
import { ADDRESS, DOMAIN, siteDeclaration } from "./declaration.ts";
import { makeServerKey, startTestGateway, type TestGateway } from "./gateway.ts";
import { startTestNames, type TestNames } from "./names.ts";
import { type ClusterContent, siteObjects } from "./objects.ts";

const AKT = 1_000_000n;
const GIB = 2 ** 30;

/** A healthy site, and every means to make it sick. */
export interface World {
  readonly folder: string;
  readonly under: SiteUnderCheck;
  readonly options: DoctorOptions;
  readonly site: SiteConfig;
  readonly wallet: Wallet;
  readonly owner: string;
  readonly tenant: string;
  readonly content: ClusterContent;
  readonly chain: ScriptedChain;
  readonly cluster: Cluster;
  readonly gateway: TestGateway;
  readonly names: TestNames;
  /** Machines of the site: one that is a folder, one that only answers. */
  readonly hosts: HostReader[];
  /** Folder that stands for `/` of the first machine. */
  readonly hostRoot: string;
  /** How far the doctor's clock is off, milliseconds. */
  clock: { offMs: number };
  /** The stand-in for an API server, where the world has no real one. */
  readonly api: TestApiServer | undefined;
  /** File with readings of earlier runs. */
  readonly historyFile: string;
  /** Publishes a certificate, puts its key into the Secret's text and serves with it. */
  useCertificate(validDays: number, by?: Wallet): Promise<string>;
  /** Ends every fault. */
  restore(): Promise<void>;
  stop(): Promise<void>;
}

export async function makeWallet(file: string): Promise<Wallet> {
  const words = generateWords();
  writeFileSync(file, words, { mode: 0o600 });
  return new KeyWallet(await deriveKey(words));
}

/** @param options.blockIntervalMs milliseconds between blocks of its chain, default 50 */
export async function startWorld({ blockIntervalMs = 50 } = {}): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), "doctor-"));
  const [wallet, other] = await Promise.all([
    makeWallet(join(folder, "words")),
    makeWallet(join(folder, "tenant")),
  ]);
  const owner = wallet.address;
  const [key, leaseKey, chain, api, names] = await Promise.all([
    makeServerKey(wallet, `provider.${DOMAIN}`),
    makeServerKey(wallet, `*.ingress.${DOMAIN}`),
    startScriptedChain({
      chainId: `doctor-${process.pid}`,
      accounts: { [owner]: { uakt: 20n * AKT } },
      blockIntervalMs,
    }),
    startTestApiServer(),
    startTestNames(),
  ]);
  const gateway = await startTestGateway(key.server, leaseKey.server);
  writeFileSync(join(folder, "kubeconfig"), api.kubeconfig, { mode: 0o600 });
  const site = parseSiteConfig(
    siteDeclaration({
      network: chain.network,
      wallet: { mnemonicFile: join(folder, "words") },
      kubeconfig: join(folder, "kubeconfig"),
    }),
  );
  const content: ClusterContent = {
    owner,
    tenant: other.address,
    rpc: chain.network.rpc[0] ?? "",
    chainId: chain.network.chainId,
    domain: DOMAIN,
    pricing: site.pricing,
    keyring: await keyringFiles("provider", wallet),
    sealedPem: key.sealed.sealedPem,
  };
  const gpu = detectFromNodes(simulatedNodes, commonModels);
  const attributes = Object.entries(siteAttributes(site, { gpu })).map(([name, value]) => ({
    key: name,
    value,
  }));
  const healthyStatus = {
    address: owner,
    cluster_public_hostname: `provider.${DOMAIN}`,
    cluster: {
      leases: 1,
      inventory: {
        available: {
          nodes: [
            { name: "embedded-1", allocatable: { cpu: 8000, memory: 32 * GIB, gpu: 0 } },
            { name: "embedded-2", allocatable: { cpu: 16_000, memory: 64 * GIB, gpu: 1 } },
          ],
          storage: [{ class: "beta3", size: 500 * GIB }],
        },
      },
    },
  };
  const hostRoot = join(folder, "host");
  const historyFile = join(folder, "readings.json");
  const clock = { offMs: 0 };

  const restore = async () => {
    chain.heal();
    chain.edit((state) => {
      state.providers = new Map([
        [owner, { owner, hostUri: site.hostUri, attributes: structuredClone(attributes), ...site.contact }],
      ]);
      state.certificates = new Map();
      state.audits = [{ owner, auditor: other.address, attributes: [{ key: "tier", value: "community" }] }];
      state.upgrade = undefined;
      const account = state.accounts.get(owner);
      if (account !== undefined) {
        account.balances = new Map([["uakt", 20n * AKT]]);
        account.sequence = 7n;
      }
      state.market = { orders: [], bids: [], leases: [leaseOf(owner, other.address, "100", 1)] };
    });
    publish(chain, owner, key.sealed);
    api.objects.clear();
    for (const [path, object] of siteObjects(content)) api.objects.set(path, object);
    Object.assign(api, { skewMs: 0, down: false });
    await gateway.open();
    Object.assign(gateway, {
      provider: key.server,
      browsers: undefined,
      leases: leaseKey.server,
      status: healthyStatus,
      httpStatus: 404,
      grpc: "provider",
    });
    names.records.clear();
    names.records.set(`provider.${DOMAIN}`, ADDRESS).set(`*.ingress.${DOMAIN}`, ADDRESS);
    rmSync(hostRoot, { recursive: true, force: true });
    mkdirSync(join(hostRoot, "root"), { recursive: true });
    rmSync(historyFile, { force: true });
    clock.offMs = 0;
    Object.assign(reach, { lookups: undefined, outside: undefined });
    hosts.splice(0, hosts.length, { ...localHost(hostRoot, "/root"), name: "embedded-1" }, machineOf({}));
  };
  const hosts: HostReader[] = [];
  const reach: ReachOptions = { resolver: names.address, address: "127.0.0.1", ports: gateway.ports };
  await restore();
  const world: World = {
    ...{
      folder,
      site,
      wallet,
      owner,
      tenant: other.address,
      content,
      chain,
      gateway,
      names,
      hosts,
      hostRoot,
      clock,
      api,
    },
    historyFile,
    under: { name: "garage", site, embedded: false },
    options: {
      timeoutMs: 3000,
      checkTimeoutMs: 4000,
      reach,
      hosts,
      history: openHistory(historyFile),
      now: () => new Date(Date.now() + clock.offMs),
    },
    cluster: await openCluster({ kubeconfigPath: join(folder, "kubeconfig") }),
    useCertificate: async (validDays, by = wallet) => {
      const fresh = await makeServerKey(by, `provider.${DOMAIN}`, validDays);
      publish(chain, owner, fresh.sealed);
      gateway.provider = fresh.server;
      return fresh.sealed.sealedPem;
    },
    restore,
    stop: async () => {
      await Promise.all([chain.stop(), api.stop(), names.stop(), gateway.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return world;
}

function publish(
  chain: ScriptedChain,
  owner: string,
  { serial, certificatePem, publicKeyPem }: { serial: string; certificatePem: string; publicKeyPem: string },
): void {
  chain.edit(({ certificates }) => {
    certificates.clear();
    certificates.set(certificateKey(owner, serial), {
      ...{ owner, serial, state: "valid" },
      certificate: Buffer.from(certificatePem),
      publicKey: Buffer.from(publicKeyPem),
    });
  });
}

/** A machine as SSH shows it. */
export function machineOf(change: Partial<HostFindings>): HostReader {
  const well: HostFindings = {
    keyFiles: [],
    units: [],
    processes: [],
    clock: { aheadSeconds: 0.2, synchronized: true },
    space: [{ mount: "/", bytes: 1000, free: 600 }],
  };
  return { name: "node-2", read: async () => ({ ...well, ...change }) };
}

/** A running lease of a tenant. */
export function leaseOf(provider: string, tenant: string, dseq: string, createdAt: number) {
  return {
    id: { owner: tenant, dseq, gseq: 1, oseq: 1, provider },
    state: "active" as const,
    price: { denom: "uact", amount: "10.5" },
    createdAt,
    closedOn: 0,
    payment: {
      state: "open" as const,
      balance: { denom: "uact", amount: "1500000.25" },
      withdrawn: { denom: "uact", amount: 3_000_000n },
    },
  };
}

/** A bid of a provider on a tenant's order. */
export function bidOf(provider: string, tenant: string, dseq: string, uakt = 500_000n) {
  return {
    id: { owner: tenant, dseq, gseq: 1, oseq: 1, provider },
    state: "open" as const,
    price: { denom: "uact", amount: "10.5" },
    createdAt: 1,
    deposit: [{ denom: "uakt", amount: uakt }],
  };
}
