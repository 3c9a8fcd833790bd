import assert from "node:assert/strict";
import { join } from "node:path";
import type { CertificateInputs, CertificateState } from "../../components/chain/certificateDeclaration.ts";
import { handler } from "../../components/chain/certificateProvider.ts";
import { handler as revocationHandler } from "../../components/chain/certificateRevocationProvider.ts";
import { type NetworkConfig, openChain } from "../../components/chain/index.ts";
import { type Cluster, openCluster } from "../../components/cluster/index.ts";
import { openProviderKey } from "../../components/wallet/index.ts";
import { startCluster, stopCluster } from "../../embedded/index.ts";
import { ensureToolchain } from "../../toolchain/index.ts";
import { makeFolder, removeFolder, type TestWallet } from "./chainSupport.ts";

export const host = "provider.example.com";
const namespace = "akash-services";
const secretName = "akash-provider-certificate";

/** Does with certificates what the engine does, on a real API server. */
export class CertificateBench {
  readonly folder: string;
  readonly cluster: Cluster;
  readonly #kubeconfigPath: string;

  private constructor(folder: string, cluster: Cluster, kubeconfigPath: string) {
    this.folder = folder;
    this.cluster = cluster;
    this.#kubeconfigPath = kubeconfigPath;
  }

  static async start(): Promise<CertificateBench> {
    const folder = makeFolder();
    process.env["PULUMI_AKASH_STATE"] = join(folder, "state");
    const toolchain = await ensureToolchain({ tools: ["embedded"] });
    const { kubeconfig } = await startCluster({ folder: join(folder, "cluster"), toolchain });
    const cluster = await openCluster({ kubeconfigPath: kubeconfig });
    await cluster.request("POST", "/api/v1/namespaces", { metadata: { name: namespace } });
    return new CertificateBench(folder, cluster, kubeconfig);
  }

  async stop(): Promise<void> {
    delete process.env["PULUMI_AKASH_STATE"];
    await stopCluster(join(this.folder, "cluster"));
    removeFolder(this.folder);
  }

  /** Inputs as the engine hands them over after `check`. */
  async declare(
    network: NetworkConfig,
    { address, source }: TestWallet,
    change: object = {},
  ): Promise<CertificateInputs> {
    const declaration = {
      network,
      wallet: source,
      owner: address,
      host,
      cluster: { kubeconfigPath: this.#kubeconfigPath },
      validDays: 365,
      renewBeforeDays: 30,
      ...change,
    };
    const result = await handler().check?.({}, declaration);
    assert.deepEqual(result?.failures, []);
    return result?.inputs as CertificateInputs;
  }

  async create(inputs: CertificateInputs): Promise<CertificateState> {
    return (await handler().create(inputs)).outs as CertificateState;
  }

  async read(state: CertificateState): Promise<CertificateState> {
    return (await handler().read?.(state.owner, state))?.props as CertificateState;
  }

  async isGone(state: CertificateState): Promise<boolean> {
    return (await handler().read?.(state.owner, state))?.id === "";
  }

  async diff(olds: CertificateState, news: CertificateInputs) {
    return handler().diff?.(olds.owner, olds, news);
  }

  async update(olds: CertificateState, news: CertificateInputs): Promise<CertificateState> {
    return (await handler().update?.(olds.owner, olds, news))?.outs as CertificateState;
  }

  async delete(state: CertificateState): Promise<void> {
    await handler().delete?.(state.owner, state);
  }

  /** What is declared of the revocation once the provider serves with this certificate. */
  revocation({ network, wallet, owner, host, serial }: CertificateState) {
    return { network, wallet, owner, host, keep: serial, superseded: [] };
  }

  async revokeSuperseded(state: CertificateState): Promise<void> {
    await revocationHandler().create(this.revocation(state));
  }

  /** The text of the Secret's entries. */
  async stored(): Promise<Record<string, string> | undefined> {
    const secret = await this.cluster.getSecret(namespace, secretName);
    const entries = Object.entries(secret?.data ?? {});
    return secret && Object.fromEntries(entries.map(([name, data]) => [name, Buffer.from(data).toString()]));
  }

  /** Writes the Secret by hand. */
  async store(texts: Record<string, string>): Promise<void> {
    const data = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, Buffer.from(text)]));
    const secret = { namespace, name: secretName, labels: {}, annotations: {}, type: "Opaque" };
    await this.cluster.applySecret({ ...secret, data });
  }

  async clear(): Promise<void> {
    await this.cluster.deleteSecret(namespace, secretName);
  }

  /** The serials served with and pending, as the wallet finds them in the cluster. */
  async storedSerials({ address, wallet }: TestWallet) {
    const stored = await this.stored();
    const serialOf = async (name: string) => {
      const pem = stored?.[name];
      return pem && (await openProviderKey(wallet, pem)).serial;
    };
    return { active: await serialOf(`${address}.pem`), pending: await serialOf("pending.pem") };
  }

  async serialsOnChain(
    network: NetworkConfig,
    owner: string,
    state: "valid" | "revoked",
  ): Promise<readonly string[]> {
    const records = await (await openChain(network)).certificates(owner);
    return records.filter((record) => record.state === state).map(({ serial }) => serial);
  }

  /** One valid certificate, its key is the one served with, and a refresh finds nothing else. */
  async assertSound(network: NetworkConfig, owner: TestWallet, state: CertificateState): Promise<void> {
    assert.deepEqual(await this.serialsOnChain(network, owner.address, "valid"), [state.serial]);
    assert.deepEqual(await this.storedSerials(owner), { active: state.serial, pending: undefined });
    assert.deepEqual(await this.read(state), state);
  }
}
