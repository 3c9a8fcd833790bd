import { openChain } from "../../chain/client.ts";
import { openCluster } from "../../cluster/cluster.ts";
import type { Cluster } from "../../cluster/types.ts";
import type { NodeView } from "../../gpu/types.ts";
import { storageClassObjects } from "../../storage/classes.ts";
import { openWallet } from "../../wallet/openWallet.ts";
import type { SiteConfig } from "../config.ts";
import { clusterExists, internalAddresses, kubeconfigOf } from "../nodes.ts";
import { type AddressRecords, findAddressRecords, requireAddress } from "./addressRecords.ts";
import { deleteReplaced, removeLeftovers } from "./carryOut.ts";
import { partsOf } from "./declared.ts";
import { type Deployed, NOTHING_DEPLOYED } from "./deployed.ts";
import { SecondSigner } from "./errors.ts";
import { requireOwnProvider } from "./owner.ts";
import { planTakeover } from "./plan.ts";
import { type ReadOptions, readExisting } from "./read.ts";
import { planRecords, type ReleaseRecord, readRecords, siteReleases } from "./releases.ts";
import type { ExistingSite, TakeoverContext, TakeoverPlan } from "./types.ts";
import { storageOf } from "./views.ts";

/** The takeover of what somebody built before this program; empty for a cluster without any such thing. */
export interface Takeover {
  readonly plan: TakeoverPlan;
  /** To be called before the update: deletes what it makes anew. */
  deleteReplaced(): Promise<void>;
  /** To be called after the update has succeeded, so that the new provider is ready: deletes what is left over. */
  removeLeftovers(): Promise<void>;
}

export interface TakeoverOptions extends ReadOptions {
  /** What the stack's state has; asked for only where the site declares something of it. */
  deployed(): Promise<Deployed>;
}

const NOTHING: TakeoverPlan = { items: [], blockers: [] };

/** Of a cluster that the site has yet to make, or that does not answer. */
export const NO_TAKEOVER: Takeover = {
  plan: NOTHING,
  deleteReplaced: async () => {},
  removeLeftovers: async () => {},
};

/**
 * Finds out what of an earlier set-up is in the site's cluster and among its DNS records, and what is to become of
 * it. Changes nothing.
 *
 * @throws SecondSigner when another provider runs with the site's wallet
 * @throws ProviderOfOtherOwner when the provider that would be replaced belongs to another wallet
 * @throws ReleaseInstalledByHand when somebody installed what the site would install
 * @throws AddressInRecords when records would go that alone tell the site's address
 * @throws DnsError when Cloudflare holds the records and does not let them be read
 */
export async function findTakeover(site: SiteConfig, options: TakeoverOptions): Promise<Takeover> {
  const asked =
    site.dns.provider === "cloudflare" || siteReleases(site).length > 0
      ? options.deployed()
      : Promise.resolve(NOTHING_DEPLOYED);
  const deployed = () => asked;
  const [records, inCluster] = await Promise.all([
    asked.then((known) => findAddressRecords(site, known.records)),
    clusterExists(site) ? findInCluster(site, { ...options, deployed }) : NO_TAKEOVER,
  ]);
  await requireAddress(site, records, () => nodeAddresses(site));
  return withRecords(records, inCluster);
}

async function nodeAddresses(site: SiteConfig): Promise<string[]> {
  const cluster = await openCluster({ kubeconfigPath: kubeconfigOf(site) });
  const list = await cluster.get<{ readonly items: readonly NodeView[] }>("/api/v1/nodes");
  return internalAddresses(list?.items ?? []);
}

/** A takeover of what is in the cluster, with records that are made anew. */
export function withRecords(
  { items, deleteAll }: Omit<AddressRecords, "names">,
  inCluster: Takeover,
): Takeover {
  const { plan } = inCluster;
  return {
    ...inCluster,
    plan: { ...plan, items: [...items, ...plan.items] },
    deleteReplaced: async () => {
      // The records first: a token that may only read ends the run before anything in the cluster has changed.
      await deleteAll();
      await inCluster.deleteReplaced();
    },
  };
}

async function findInCluster(site: SiteConfig, options: TakeoverOptions): Promise<Takeover> {
  const cluster = await openCluster({ kubeconfigPath: kubeconfigOf(site) });
  const [existing, records] = await Promise.all([
    readExisting(cluster, { ...options, parts: partsOf(site) }),
    unknownRecords(cluster, site, options),
  ]);
  const { items, blockers } = existing === undefined ? NOTHING : await planned(existing, site);
  if (blockers.length > 0) throw new SecondSigner(blockers);
  return carriedOutOn(cluster, { items: [...items, ...planRecords(records)], blockers });
}

async function planned(existing: ExistingSite, site: SiteConfig): Promise<TakeoverPlan> {
  const context = await contextOf(site);
  requireOwnProvider(existing, context.owner);
  return planTakeover(existing, context);
}

/** Helm's records of releases that the site installs and its state does not have. */
async function unknownRecords(
  cluster: Cluster,
  site: SiteConfig,
  { deployed }: TakeoverOptions,
): Promise<ReleaseRecord[]> {
  const releases = siteReleases(site);
  if (releases.length === 0) return [];
  const known = (await deployed()).releases;
  return readRecords(
    cluster,
    releases.filter(({ namespace, name }) => !known.includes(`${namespace}/${name}`)),
  );
}

function carriedOutOn(cluster: Cluster, plan: TakeoverPlan): Takeover {
  return {
    plan,
    deleteReplaced: () => deleteReplaced(cluster, plan),
    removeLeftovers: () => removeLeftovers(cluster, plan),
  };
}

async function contextOf(site: SiteConfig): Promise<TakeoverContext> {
  const { wallet, network, storage } = site;
  const [{ address: owner }, chain] = await Promise.all([openWallet(wallet), openChain(network)]);
  const [record, certificates] = await Promise.all([chain.provider(owner), chain.certificates(owner)]);
  return {
    owner,
    parts: partsOf(site),
    storageClasses: Object.fromEntries(
      storageClassObjects(storage.classes).map((item) => [item.metadata.name, storageOf(item)]),
    ),
    onChain: {
      hostUri: record?.hostUri,
      validCertificates: certificates.filter(({ state }) => state === "valid").length,
    },
  };
}
