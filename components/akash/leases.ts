import type { Cluster } from "../cluster/types.ts";

/** A lease that runs in a cluster, by the labels of its namespace (cluster/kube/builder/namespace.go). */
export interface RunningLease {
  readonly owner: string;
  readonly dseq: string;
  readonly namespace: string;
}

const LABEL = "akash.network/lease.id";
const SELECTOR = encodeURIComponent(`akash.network=true,${LABEL}.dseq`);

interface NamespaceList {
  readonly items: readonly {
    readonly metadata: {
      readonly name: string;
      readonly labels?: Readonly<Record<string, string>>;
      readonly deletionTimestamp?: string;
    };
  }[];
}

/** Variable that says that leases may end: `down --with-leases` sets it. */
export const LEASES_MAY_END = "PULUMI_AKASH_LEASES_MAY_END";

/** Something would be deleted that running leases need. */
export class LeasesRunning extends Error {
  override readonly name = "LeasesRunning";
  readonly leases: readonly RunningLease[];

  /** @param what what would be deleted */
  constructor(what: string, leases: readonly RunningLease[]) {
    const [first, ...rest] = leases;
    const more = rest.length === 0 ? "" : ` and ${rest.length} more`;
    const count = leases.length === 1 ? "a lease runs" : `${leases.length} leases run`;
    super(
      `${what} is not deleted: ${count} here (${first?.owner}/${first?.dseq}${more}). ` +
        "Wait until they have ended, or end them with `npm run down -- --with-leases`, which costs tenants their data.",
    );
    this.leases = leases;
  }
}

/** The leases that run in a cluster; one whose namespace is being deleted has ended. */
export async function runningLeases(cluster: Pick<Cluster, "get">): Promise<RunningLease[]> {
  const list = await cluster.get<NamespaceList>(`/api/v1/namespaces?labelSelector=${SELECTOR}`);
  return (list?.items ?? [])
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ metadata: { name, labels = {} } }) => ({
      owner: labels[`${LABEL}.owner`] ?? "an unknown tenant",
      dseq: labels[`${LABEL}.dseq`] ?? "?",
      namespace: name,
    }));
}

/**
 * Lets a deletion pass where no leases run, or where they may end.
 *
 * @param what what would be deleted
 * @throws {LeasesRunning} leases run
 */
export async function requireNoLeases(
  what: string,
  cluster: () => Promise<Pick<Cluster, "get">>,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<void> {
  if (env[LEASES_MAY_END] === "true") return;
  const leases = await runningLeases(await cluster());
  if (leases.length > 0) throw new LeasesRunning(what, leases);
}
