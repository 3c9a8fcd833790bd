import { openChain } from "../../components/chain/client.ts";
import { readLeases } from "../../components/chain/market/index.ts";
import { openCluster } from "../../components/cluster/index.ts";
import { kubeconfigOf } from "../../components/site/observe.ts";
import { openWallet } from "../../components/wallet/openWallet.ts";
import type { FleetSite } from "../declaration/resolve.ts";
import type { JudgedLease, Replicas } from "./findings.ts";

/** What a gate looks at by itself, besides what doctor says. */
export interface Looks {
  /** Leases of the site's provider that run on the chain. */
  leases(site: FleetSite): Promise<readonly JudgedLease[]>;
  /** The provider in the site's cluster. */
  provider(site: FleetSite): Promise<Replicas>;
}

const PROVIDER = "/apis/apps/v1/namespaces/akash-services/statefulsets/akash-provider";

interface StatefulSet {
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly readyReplicas?: number };
}

/** Asks the site's own chain and cluster. */
export const siteLooks: Looks = {
  async leases({ config }) {
    const [{ address }, chain] = await Promise.all([openWallet(config.wallet), openChain(config.network)]);
    const { items } = await readLeases(chain, address);
    return items.map(({ id }) => ({ tenant: id.owner, order: `${id.dseq}/${id.gseq}/${id.oseq}` }));
  },
  async provider({ config }) {
    const cluster = await openCluster({ kubeconfigPath: kubeconfigOf(config) });
    const { spec, status } = (await cluster.get<StatefulSet>(PROVIDER)) ?? {};
    return { wanted: spec?.replicas ?? 1, ready: status?.readyReplicas ?? 0 };
  },
};
