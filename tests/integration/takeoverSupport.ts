import { submit } from "../../components/chain/index.ts";
import { createProviderKey } from "../../components/wallet/providerKey.ts";
import type { EmbeddedServices } from "../../embedded/index.ts";

/** The record and certificate of an earlier set-up, by the same wallet. */
export async function registerOfficially({ chain, wallet: source }: EmbeddedServices): Promise<void> {
  await submit(chain, { mnemonicFile: source.mnemonicFile }, async ({ wallet }) => {
    const host = "provider.akash.test";
    const { certificatePem, publicKeyPem } = await createProviderKey(wallet, { host });
    const attributes = [{ key: "host", value: "akash" }];
    const record = {
      ...{ owner: wallet.address, hostUri: "https://provider.old.test:8443", attributes },
      ...{ email: "old@akash.test", website: "https://old.akash.test" },
    };
    return [
      { type: "createProvider", record },
      { type: "createCertificate", owner: wallet.address, certificatePem, publicKeyPem },
    ];
  });
}
