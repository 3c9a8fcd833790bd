import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CertificateInputs, certificateInputs } from "../../components/chain/certificateDeclaration.ts";
import { certificateSecretName } from "../../components/chain/certificateKeys.ts";
import { handler as certificateHandler } from "../../components/chain/certificateProvider.ts";
import { openChain } from "../../components/chain/client.ts";
import { handler as registrationHandler } from "../../components/chain/registrationProvider.ts";
import { openCluster } from "../../components/cluster/index.ts";
import { generateWords } from "../../components/wallet/mnemonic.ts";
import { openWallet } from "../../components/wallet/openWallet.ts";
import { startChain, startCluster, stopChain, stopCluster } from "../../embedded/index.ts";
import type { Toolchain } from "../../toolchain/index.ts";
import { median } from "./measure.ts";

/** Block time of the embedded chain, seconds. */
const BLOCK_SECONDS = 0.5;
const HOST = "provider.bench.test";
const NAMESPACE = "akash-services";

/**
 * Seconds from a new wallet to its provider being registered and certified: both resources made at once, as the
 * engine makes them, with the sealed key kept as pending in a cluster first. Chain and cluster are its own.
 *
 * @param runs how often, each with a wallet of its own; the figure is the median
 */
export async function timeRegistration(toolchain: Toolchain, runs: number) {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-akash-bench-"));
  try {
    const wallets = await Promise.all(Array.from({ length: runs }, (_, run) => makeWallet(folder, run)));
    const accounts = wallets.map(({ address }) => ({ address, coins: "1000000000uakt" }));
    const [network, { kubeconfig: kubeconfigPath }] = await Promise.all([
      startChain({ folder: join(folder, "chain"), toolchain, accounts }),
      startCluster({ folder: join(folder, "cluster"), toolchain }),
    ]);
    const { chainId, rpc, gasPrice } = network;
    const cluster = await openCluster({ kubeconfigPath });
    await cluster.request("POST", "/api/v1/namespaces", { metadata: { name: NAMESPACE } });
    const seconds: number[] = [];
    for (const { address, mnemonicFile } of wallets) {
      const common = { network: { chainId, rpc, gasPrice }, wallet: { mnemonicFile }, owner: address };
      const started = performance.now();
      const [registration, certificate] = await Promise.all([
        registrationHandler().create({
          ...common,
          hostUri: `https://${HOST}:8443`,
          attributes: { host: "akash", "location-region": "us-west" },
          contact: {},
          withCertificate: true,
        }),
        certificateHandler().create(
          certificateInputs({
            ...common,
            host: HOST,
            cluster: { kubeconfigPath },
            validDays: 365,
            renewBeforeDays: 30,
            withRegistration: true,
          } as CertificateInputs),
        ),
      ]);
      seconds.push((performance.now() - started) / 1000);
      const chain = await openChain(common.network);
      const [provider, certificates] = await Promise.all([
        chain.provider(registration.id),
        chain.certificates(certificate.id),
      ]);
      if (provider === undefined || certificates.length !== 1)
        throw new Error("The chain does not show what was signed.");
      await cluster.deleteSecret(NAMESPACE, certificateSecretName);
    }
    return {
      seconds: median(seconds),
      longest: Math.max(...seconds),
      blockSeconds: BLOCK_SECONDS,
      target: { seconds: 2 * BLOCK_SECONDS + 1 },
    };
  } finally {
    await Promise.all([stopChain(join(folder, "chain")), stopCluster(join(folder, "cluster"))]);
    await rm(folder, { recursive: true, force: true });
  }
}

async function makeWallet(folder: string, run: number) {
  const mnemonicFile = join(folder, `wallet-${run}.mnemonic`);
  await writeFile(mnemonicFile, generateWords(), { mode: 0o600 });
  const { address } = await openWallet({ mnemonicFile });
  return { address, mnemonicFile };
}
