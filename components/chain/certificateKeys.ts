import type { Cluster } from "../cluster/types.ts";
import { type CertificateDescription, describeCertificate } from "../wallet/certificate.ts";
import { ProviderKeyNotDecryptable } from "../wallet/errors.ts";
import { openProviderKey } from "../wallet/providerKey.ts";
import type { Wallet } from "../wallet/types.ts";
import type { StoredKey, StoredKeys } from "./certificatePlan.ts";

const namespace = "akash-services";
const pendingName = "pending.pem";

/** Name of the Secret with the provider's sealed TLS key, in `akash-services`. */
export const certificateSecretName = "akash-provider-certificate";

/** A key as it lies in the Secret. */
export interface KeyFile extends StoredKey {
  readonly notBefore: Date;
  /** The certificate and the private key, which only the wallet can decrypt. */
  readonly sealedPem: string;
}

/**
 * Reads the keys: `<owner>.pem` is the one served with.
 *
 * @param wallet the owner's; without it whether a key can be decrypted is not looked at
 */
export async function loadKeys(
  cluster: Cluster,
  wallet: Wallet | undefined,
  owner: string,
): Promise<StoredKeys<KeyFile>> {
  const secret = await cluster.getSecret(namespace, certificateSecretName);
  const read = async (name: string) => {
    const data = secret?.data[name];
    return data && readKeyFile(wallet, Buffer.from(data).toString());
  };
  const [active, pending] = await Promise.all([read(activeName(owner)), read(pendingName)]);
  return { active, pending };
}

/** Replaces the keys by these, in one write. */
export async function storeKeys(cluster: Cluster, owner: string, keys: StoredKeys<KeyFile>): Promise<void> {
  const data: Record<string, Uint8Array> = {};
  if (keys.active) data[activeName(owner)] = Buffer.from(keys.active.sealedPem);
  if (keys.pending) data[pendingName] = Buffer.from(keys.pending.sealedPem);
  await cluster.applySecret({
    namespace,
    name: certificateSecretName,
    labels: { "app.kubernetes.io/managed-by": "pulumi-akash" },
    annotations: {},
    type: "Opaque",
    data,
  });
}

export async function deleteKeys(cluster: Cluster): Promise<void> {
  await cluster.deleteSecret(namespace, certificateSecretName);
}

export function keyFile(description: CertificateDescription, sealedPem: string, opens: boolean): KeyFile {
  const { serial, fingerprint, hosts, notBefore, notAfter } = description;
  return { serial, fingerprint, hosts, notBefore, notAfter, sealedPem, opens };
}

async function readKeyFile(wallet: Wallet | undefined, sealedPem: string): Promise<KeyFile> {
  if (wallet === undefined) return keyFile(describeOrBlank(sealedPem), sealedPem, true);
  try {
    return keyFile(await openProviderKey(wallet, sealedPem), sealedPem, true);
  } catch (error) {
    if (!(error instanceof ProviderKeyNotDecryptable)) throw error;
    return keyFile(describeOrBlank(sealedPem), sealedPem, false);
  }
}

/** Damaged text has no serial, is for no host and has expired. */
function describeOrBlank(pem: string): CertificateDescription {
  try {
    return describeCertificate(pem);
  } catch {
    const past = new Date(0);
    return {
      serial: "",
      fingerprint: "",
      subject: "",
      issuer: "",
      hosts: [],
      notBefore: past,
      notAfter: past,
    };
  }
}

function activeName(owner: string): string {
  return `${owner}.pem`;
}
