import { describeCertificate } from "../wallet/certificate.ts";
import type { WalletSource } from "../wallet/types.ts";
import type { PublishedCertificate } from "./certificatePlan.ts";
import { openChain } from "./client.ts";
import { WalletMismatch } from "./errors.ts";
import { submit } from "./submit.ts";
import type { CertificateRecord, NetworkReference } from "./types.ts";

/** What matters of the certificates on chain. Anybody may publish under their own name, so some do not parse. */
export function publishedCertificates(records: readonly CertificateRecord[]): PublishedCertificate[] {
  return records.map(({ serial, state, certificatePem }) => {
    try {
      const { hosts, fingerprint } = describeCertificate(certificatePem);
      return { serial, state, hosts, fingerprint };
    } catch {
      return { serial, state, hosts: [], fingerprint: "" };
    }
  });
}

/** Whose certificates are revoked. */
export interface CertificateOwner {
  readonly network: NetworkReference;
  readonly wallet: WalletSource;
  readonly owner: string;
}

/** The owner's certificates on chain. */
export async function readPublished({ network, owner }: CertificateOwner): Promise<PublishedCertificate[]> {
  const chain = await openChain(network);
  return publishedCertificates(await chain.certificates(owner));
}

/**
 * Revokes what is chosen from the owner's certificates, all in one transaction. The wallet is not touched
 * when there is nothing to revoke.
 *
 * @param choose returns serials; it is asked again while the wallet is locked, when nothing can change any more
 */
export async function revokeCertificates(
  by: CertificateOwner,
  choose: (published: readonly PublishedCertificate[]) => readonly string[],
): Promise<void> {
  const { network, wallet: source, owner } = by;
  if (choose(await readPublished(by)).length === 0) return;
  await submit(network, source, async ({ chain, wallet }) => {
    if (wallet.address !== owner) throw new WalletMismatch(owner, wallet.address);
    const serials = choose(publishedCertificates(await chain.certificates(owner)));
    return serials.map((serial) => ({ type: "revokeCertificate", owner, serial }));
  });
}
