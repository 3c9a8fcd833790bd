import { openCluster } from "../cluster/cluster.ts";
import type { Cluster } from "../cluster/types.ts";
import { createProviderKey, openProviderKey } from "../wallet/providerKey.ts";
import type { Wallet } from "../wallet/types.ts";
import { type CertificateInputs, type CertificateState, describeState } from "./certificateDeclaration.ts";
import { type KeyFile, keyFile, loadKeys, storeKeys } from "./certificateKeys.ts";
import { planCertificate, type StoredKeys } from "./certificatePlan.ts";
import { publishedCertificates } from "./certificateRecords.ts";
import { TransactionUnknown, WalletMismatch } from "./errors.ts";
import { faultPoint } from "./faults.ts";
import { resolveNetwork } from "./networks.ts";
import { type SubmitOptions, submit } from "./submit.ts";
import type { ChainMessage, MessageBuilder, SubmitContext } from "./types.ts";

/** What the builder of the transaction found and made. */
interface Prepared {
  readonly cluster: Cluster;
  readonly keys: StoredKeys<KeyFile>;
  /** The key to serve with, once it is on chain. */
  readonly key: KeyFile;
  readonly publish: boolean;
}

/**
 * Brings about what is declared: publishes what is missing, then lets the provider serve with it.
 *
 * The batch is joined before anything else, so that the registration and the certificate of a new provider
 * share a transaction; a new key is stored as pending while the transaction is built, before it is signed.
 */
export async function ensureCertificate(
  inputs: CertificateInputs,
  options?: SubmitOptions,
): Promise<CertificateState> {
  const { network, wallet, owner } = inputs;
  const { chainId } = resolveNetwork(network);
  const found: { prepared?: Prepared } = {};
  try {
    const build: MessageBuilder = async (context) => {
      const prepared = await prepare(inputs, context);
      found.prepared = prepared;
      return prepared.publish ? [await publication(context.wallet, prepared.key)] : [];
    };
    const receipt = await submit(network, wallet, build, options);
    if (receipt) faultPoint("between-publish-and-switch");
  } catch (error) {
    throw error instanceof TransactionUnknown && found.prepared
      ? unfinished(error, { ...describeState(inputs, chainId, found.prepared.key), state: "missing" })
      : error;
  }
  const { cluster, keys, key } = found.prepared as Prepared;
  if (key !== keys.active) await storeKeys(cluster, owner, { active: key, pending: undefined });
  return describeState(inputs, chainId, key);
}

async function prepare(
  { owner, host, validDays, renewBeforeDays, cluster: access }: CertificateInputs,
  { chain, wallet }: SubmitContext,
): Promise<Prepared> {
  if (wallet.address !== owner) throw new WalletMismatch(owner, wallet.address);
  const cluster = await openCluster(access);
  const [keys, records] = await Promise.all([loadKeys(cluster, wallet, owner), chain.certificates(owner)]);
  const published = publishedCertificates(records);
  const plan = planCertificate({ published, ...keys, host, renewBeforeDays, now: new Date() });
  if (plan.action !== "create") return { cluster, keys, key: plan.key, publish: plan.action === "publish" };

  const made = await createProviderKey(wallet, { host, validDays });
  const key = keyFile(made, made.sealedPem, true);
  await storeKeys(cluster, owner, { active: keys.active, pending: key });
  faultPoint("after-pending");
  return { cluster, keys, key, publish: true };
}

async function publication(wallet: Wallet, { sealedPem }: KeyFile): Promise<ChainMessage> {
  const { certificatePem, publicKeyPem } = await openProviderKey(wallet, sealedPem);
  return { type: "createCertificate", owner: wallet.address, certificatePem, publicKeyPem };
}

/** Sent, outcome unknown: the engine records it as made and unfinished, so that the next run takes it up. */
function unfinished(error: TransactionUnknown, properties: CertificateState): Error {
  return Object.assign(error, { id: properties.owner, properties, reasons: [error.message] });
}
