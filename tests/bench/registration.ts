import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DirectSecp256k1HdWallet } from "@cosmjs/proto-signing";
import { openChain } from "../../components/chain/client.ts";
import { submit } from "../../components/chain/submit.ts";
import { createProviderKey, openWallet } from "../../components/wallet/index.ts";
import { startChain, stopChain } from "../../embedded/index.ts";
import type { Toolchain } from "../../toolchain/index.ts";

/** Block time of the embedded chain, seconds. */
const BLOCK_SECONDS = 0.5;

/** Seconds from opening a new wallet to its provider being registered and certified, on a chain of its own. */
export async function timeRegistration(toolchain: Toolchain) {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-akash-bench-"));
  try {
    const { mnemonic } = await DirectSecp256k1HdWallet.generate(24, { prefix: "akash" });
    const mnemonicFile = join(folder, "wallet.mnemonic");
    await writeFile(mnemonicFile, mnemonic, { mode: 0o600 });
    const { address } = await openWallet({ mnemonicFile });
    const accounts = [{ address, coins: "1000000000uakt" }];
    const { chainId, rpc, gasPrice } = await startChain({ folder, toolchain, accounts });
    const network = { chainId, rpc, gasPrice };
    const started = performance.now();
    const host = "provider.bench.test";
    const record = {
      owner: address,
      hostUri: `https://${host}:8443`,
      attributes: [],
      email: "",
      website: "",
    };
    await Promise.all([
      submit(network, { mnemonicFile }, async () => [{ type: "createProvider", record }]),
      submit(network, { mnemonicFile }, async ({ wallet }) => {
        const { certificatePem, publicKeyPem } = await createProviderKey(wallet, { host });
        return [{ type: "createCertificate", owner: address, certificatePem, publicKeyPem }];
      }),
    ]);
    const seconds = (performance.now() - started) / 1000;
    const chain = await openChain(network);
    const [provider, certificates] = await Promise.all([
      chain.provider(address),
      chain.certificates(address),
    ]);
    if (provider === undefined || certificates.length !== 1)
      throw new Error("The chain does not show what was signed.");
    return { seconds, blockSeconds: BLOCK_SECONDS, target: { seconds: 2 * BLOCK_SECONDS + 1 } };
  } finally {
    await stopChain(folder);
    await rm(folder, { recursive: true, force: true });
  }
}
