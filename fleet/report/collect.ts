import { upgradeWarning } from "../../commands/versions.ts";
import { openChain } from "../../components/chain/client.ts";
import { openCluster } from "../../components/cluster/index.ts";
import { kubeconfigOf } from "../../components/site/observe.ts";
import { siteVersions } from "../../components/site/versions.ts";
import type { SiteStatus } from "../../doctor/index.ts";
import type { FleetSite } from "../declaration/resolve.ts";
import { isUnreachable, reasonOf } from "../engine/outcome.ts";
import type { Comparison, StackOutputs } from "../engine/siteWork.ts";
import type { RolloutRecord } from "../rollout/record.ts";
import type { SiteReport } from "./model.ts";

/** What is known of a site before it is asked. */
export interface Known {
  readonly comparison?: Comparison;
  /** The stack's outputs as they were last deployed. */
  readonly outputs?: StackOutputs | undefined;
  /** Records of rollouts, the newest first. */
  readonly records: readonly RolloutRecord[];
}

interface StatefulSet {
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
  };
}

const PROVIDER = "/apis/apps/v1/namespaces/akash-services/statefulsets/akash-provider";

/** Asks cluster and chain what the report says of a site. One that does not answer is reported with what is known. */
export async function collectSite(site: FleetSite, known: Known): Promise<SiteReport> {
  const { name, groups, config } = site;
  const { comparison, records } = known;
  const outputs = known.outputs ?? comparison?.outputs ?? {};
  const lastRollout = lastRolloutOf(name, records);
  const base = {
    name,
    groups,
    domain: config.domain,
    drift: comparison?.drift ?? [],
    pending: comparison?.pending ?? [],
    ...(comparison?.remarks === undefined ? {} : { remarks: comparison.remarks }),
    ...certificateOf(outputs),
    ...(lastRollout === undefined ? {} : { lastRollout }),
  };
  const { name: set, provider } = siteVersions(config);
  // One may answer while the other does not: leases are on the chain, whatever became of the cluster.
  const [cluster, chain] = await Promise.all([attempt(askCluster(site)), attempt(askChain(site))]);
  const versions = { set, provider, ...cluster.value, ...(chain.value && { chain: chain.value.generation }) };
  return { ...base, ...said(comparison, cluster.error ?? chain.error), versions, ...chain.value?.figures };
}

interface Attempt<T> {
  readonly value?: T;
  readonly error?: unknown;
}

function attempt<T>(work: Promise<T>): Promise<Attempt<T>> {
  return work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
}

/** How the comparison ended; without one, whether cluster and chain answered. */
function said(comparison: Comparison | undefined, error: unknown): Pick<SiteReport, "result" | "because"> {
  if (comparison !== undefined) {
    const { result, because } = comparison;
    return { result, ...(because === undefined ? {} : { because }) };
  }
  if (error === undefined) return {};
  return { result: isUnreachable(error) ? "unreachable" : "failed", because: reasonOf(error) };
}

async function askCluster({ config }: FleetSite): Promise<{ running?: string; kubernetes?: string }> {
  const cluster = await openCluster({ kubeconfigPath: kubeconfigOf(config) });
  const [version, provider] = await Promise.all([
    cluster.get<{ gitVersion: string }>("/version"),
    cluster.get<StatefulSet>(PROVIDER),
  ]);
  const running = provider?.spec.template.spec.containers[0]?.image.split(":").at(-1);
  return {
    ...(running === undefined ? {} : { running }),
    ...(version === undefined ? {} : { kubernetes: version.gitVersion }),
  };
}

/** What doctor's daily look says of the site's wallet and leases, and what the chain has announced. */
async function askChain({ name, config }: FleetSite) {
  // Not cheap to load, and only a report needs it.
  const { siteStatus } = await import("../../doctor/index.ts");
  const [{ generation }, status, upgrade] = await Promise.all([
    openChain(config.network),
    siteStatus({ name, site: config, embedded: config.network === "devnet" }, { hosts: [] }),
    upgradeWarning(config),
  ]);
  const { balance, leases, earnings, deposits, orders, next, unknown } = status;
  return {
    generation,
    figures: {
      ...certificateOnChain(status),
      ...{ balance, leases: leases.length, earnings, deposits, orders, next },
      ...(upgrade === undefined ? {} : { upgrade }),
      ...(unknown.length === 0 ? {} : { unknown }),
    },
  };
}

/** Nothing of a provider that was never registered: it needs none yet. */
function certificateOnChain({ certificateUntil, registered }: SiteStatus): Pick<SiteReport, "certificate"> {
  if (certificateUntil !== undefined) return { certificate: { state: "valid", notAfter: certificateUntil } };
  return registered ? { certificate: { state: "none is valid on the chain" } } : {};
}

function certificateOf({ certificate }: StackOutputs): Pick<SiteReport, "certificate"> {
  const { state, notAfter } = (certificate ?? {}) as Readonly<Record<string, unknown>>;
  return typeof state === "string" && typeof notAfter === "string"
    ? { certificate: { state, notAfter } }
    : {};
}

/** The newest rollout that began with the site. */
export function lastRolloutOf(
  name: string,
  records: readonly RolloutRecord[],
): NonNullable<SiteReport["lastRollout"]> | undefined {
  for (const { id, started, sites } of records) {
    const site = Object.hasOwn(sites, name) ? sites[name] : undefined;
    if (site === undefined || site.result === "untouched") continue;
    const { result, because } = site;
    return { id, time: site.started ?? started, result, ...(because === undefined ? {} : { because }) };
  }
  return undefined;
}
