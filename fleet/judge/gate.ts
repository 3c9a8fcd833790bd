import { openChain } from "../../components/chain/client.ts";
import { readLeases } from "../../components/chain/market/index.ts";
import { openCluster } from "../../components/cluster/index.ts";
import { kubeconfigOf } from "../../components/site/observe.ts";
import { openWallet } from "../../components/wallet/openWallet.ts";
import type { FleetSite } from "../declaration/resolve.ts";
import { reasonOf } from "../engine/outcome.ts";
import { type Diagnosis, type JudgedLease, leaseFindings, sicknesses } from "./findings.ts";

/** Says how a site is; doctor does. */
export type Diagnose = (site: FleetSite) => Promise<Diagnosis>;

export interface GateOptions {
  readonly diagnose: Diagnose;
  /** Ids of checks that stop nothing. */
  readonly ignore: readonly string[];
}

const PROVIDER = "/apis/apps/v1/namespaces/akash-services/statefulsets/akash-provider";

interface StatefulSet {
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly readyReplicas?: number };
}

/**
 * The judge between two waves. A site is well when doctor finds nothing, its provider is ready, and every lease that
 * ran before the change still runs.
 */
export class Gate {
  readonly #options: GateOptions;
  readonly #before = new Map<string, readonly JudgedLease[]>();

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Remembers what runs on a site before it is changed. */
  async look(site: FleetSite): Promise<void> {
    this.#before.set(site.name, await runningLeases(site).catch(() => []));
  }

  /** What keeps a changed site from being called well, a sentence each. */
  async judge(site: FleetSite): Promise<string[]> {
    const [sick, provider, leases] = await Promise.all([
      this.#options
        .diagnose(site)
        .then((diagnosis) => sicknesses(diagnosis, this.#options.ignore), explained("doctor")),
      providerFindings(site).catch(explained("provider")),
      runningLeases(site).then(
        (after) => leaseFindings(this.#before.get(site.name) ?? [], after),
        explained("leases"),
      ),
    ]);
    return [...sick, ...provider, ...leases];
  }
}

/** A judge that could not look is no judge: its error is a finding. */
function explained(what: string) {
  return (error: unknown) => [`${what}: ${reasonOf(error)}`];
}

async function providerFindings({ config }: FleetSite): Promise<string[]> {
  const cluster = await openCluster({ kubeconfigPath: kubeconfigOf(config) });
  const { spec, status } = (await cluster.get<StatefulSet>(PROVIDER)) ?? {};
  const [wanted, ready] = [spec?.replicas ?? 1, status?.readyReplicas ?? 0];
  return ready >= wanted
    ? []
    : [`provider: ${ready} of ${wanted} replicas are ready. Look at the pod's events.`];
}

/** Leases that run on the chain. */
async function runningLeases({ config }: FleetSite): Promise<JudgedLease[]> {
  const [{ address }, chain] = await Promise.all([openWallet(config.wallet), openChain(config.network)]);
  const { items } = await readLeases(chain, address);
  return items.map(({ id }) => ({ tenant: id.owner, order: `${id.dseq}/${id.gseq}/${id.oseq}` }));
}
