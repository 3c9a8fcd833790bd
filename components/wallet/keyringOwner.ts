import type { Cluster } from "../cluster/index.ts";
import { KeyringOccupied } from "./errors.ts";
import { readContents } from "./keyring/contents.ts";

/** Which Secret holds the provider's keyring, and the name of the key in it. */
export interface KeyringPlace {
  /** Default `akash-services`. */
  readonly namespace?: string;
  /** Default `akash-provider-keyring`. */
  readonly secretName?: string;
  /** Default `provider`. */
  readonly keyName?: string;
}

/** Whether what was found of a key is its address and not what is wrong with it. */
export function isAddress(found: string): boolean {
  return found.startsWith("akash1");
}

/**
 * Refuses a Secret that holds another wallet's key: it may be the only copy, and leases belong to its address.
 *
 * @throws KeyringOccupied
 */
export async function requireOwnKeyring(
  cluster: Cluster,
  { namespace = "akash-services", secretName = "akash-provider-keyring", keyName = "provider" }: KeyringPlace,
  address: string,
): Promise<void> {
  const existing = await cluster.getSecret(namespace, secretName);
  if (existing === undefined) return;
  const found = await readContents(keyName, existing.data);
  if (!isAddress(found.address) || found.address === address) return;
  throw new KeyringOccupied(`${namespace}/${secretName}`, found.address, address);
}
