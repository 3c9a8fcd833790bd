import { isDeepStrictEqual } from "node:util";
import type { Cluster, ClusterAccess } from "../cluster/index.ts";
import { openCluster } from "../cluster/index.ts";
import type { Implementation } from "../dynamic/index.ts";
import { hasUnknown } from "../dynamic/unknown.ts";
import { KeyNameInvalid, KeyringFormatTooNew, WalletError } from "./errors.ts";
import { imageReadsProtoKeyring } from "./imageVersion.ts";
import { expectedContents, readContents } from "./keyring/contents.ts";
import { keyringFiles } from "./keyring/directory.ts";
import { isAddress, requireOwnKeyring } from "./keyringOwner.ts";
import { openWallet } from "./openWallet.ts";
import type { WalletSource } from "./types.ts";

/** What is kept in the state: where things are, and what is public of the key. */
interface State {
  readonly cluster: ClusterAccess;
  readonly wallet: WalletSource;
  readonly namespace: string;
  readonly secretName: string;
  readonly keyName: string;
  readonly address: string;
  readonly checksum: string;
  /** Address of the key that was written last, where another one was found there since. */
  readonly written?: string;
}

/** What is declared; the rest of the state is derived from it by `check`. */
type Declared = Omit<State, "address" | "checksum" | "written"> & { readonly imageVersion?: string };

const fields = ["cluster", "wallet", "namespace", "secretName", "keyName", "address", "checksum"] as const;
const identity: readonly string[] = ["namespace", "secretName"];

/** Keeps the Secret that the provider mounts as its `keyring-test` directory. */
export function handler(): Implementation {
  return { check, diff, create, read, update, delete: remove };
}

/** Derives address and checksum, so that a changed key shows in a preview; refuses what can't work. */
async function check(_olds: unknown, news: Declared) {
  const { imageVersion, cluster, wallet: source, namespace, secretName, keyName } = news;
  const declared = { cluster, wallet: source, namespace, secretName, keyName };
  const refuse = (property: string, { message: reason }: Error) => ({
    inputs: declared,
    failures: [{ property, reason }],
  });
  if (imageVersion && !imageReadsProtoKeyring(imageVersion)) {
    return refuse("imageVersion", new KeyringFormatTooNew(imageVersion));
  }
  if (!/^[\w.-]+$/.test(keyName)) return refuse("keyName", new KeyNameInvalid(keyName));
  if (hasUnknown([source, keyName])) return { inputs: declared };
  try {
    const wallet = await openWallet(source);
    return { inputs: { ...declared, ...expectedContents(keyName, wallet) } };
  } catch (error) {
    if (error instanceof WalletError) return refuse("wallet", error);
    throw error;
  }
}

async function diff(_id: string, olds: State, news: State) {
  const changed = fields.filter((field) => !isDeepStrictEqual(olds[field], news[field]));
  return { changes: changed.length > 0, replaces: changed.filter((field) => identity.includes(field)) };
}

async function create(inputs: State) {
  const cluster = await openCluster(inputs.cluster);
  const wallet = await openWallet(inputs.wallet);
  await requireOwnKeyring(cluster, inputs, wallet.address);
  return { id: idOf(inputs), outs: await apply(cluster, inputs) };
}

/** The key itself shows in `address`; any other alteration in `checksum`. */
async function read(id: string, state: State) {
  const cluster = await openCluster(state.cluster);
  const secret = await cluster.getSecret(state.namespace, state.secretName);
  if (!secret) return { id: "", props: {} };
  const observed = { ...pick(state), ...(await readContents(state.keyName, secret.data)) };
  const written = writtenAddress(state);
  const props = observed.address === written ? observed : { ...observed, written };
  return { id, props, inputs: observed };
}

/** What was altered by hand is made whole again; the key of a wallet that was declared before may be its only copy. */
async function update(_id: string, olds: State, news: State) {
  const cluster = await openCluster(news.cluster);
  const { address } = await openWallet(news.wallet);
  const written = writtenAddress(olds);
  // The words may have changed where they are, and the source of the wallet still be the same.
  const changed = isAddress(written) && written !== address;
  if (changed || !isDeepStrictEqual(olds.wallet, news.wallet)) {
    await requireOwnKeyring(cluster, { ...news, keyName: olds.keyName }, address);
  }
  return { outs: await apply(cluster, news) };
}

async function remove(_id: string, state: State) {
  const cluster = await openCluster(state.cluster);
  await cluster.deleteSecret(state.namespace, state.secretName);
}

function writtenAddress({ written, address }: State): string {
  return written ?? address;
}

/** Reads the key and writes the Secret. */
async function apply(cluster: Cluster, inputs: State): Promise<State> {
  const { namespace, secretName, keyName } = inputs;
  const wallet = await openWallet(inputs.wallet);
  await cluster.applySecret({
    namespace,
    name: secretName,
    labels: { "app.kubernetes.io/managed-by": "pulumi-akash" },
    annotations: {},
    type: "Opaque",
    data: await keyringFiles(keyName, wallet),
  });
  return { ...pick(inputs), ...expectedContents(keyName, wallet) };
}

function pick({ cluster, wallet, namespace, secretName, keyName, address, checksum }: State): State {
  return { cluster, wallet, namespace, secretName, keyName, address, checksum };
}

function idOf({ namespace, secretName }: State): string {
  return `${namespace}/${secretName}`;
}
