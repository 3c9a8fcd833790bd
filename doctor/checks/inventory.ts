import { PROVIDER_NAME, SERVICES_NAMESPACE } from "../../components/akash/names.ts";
import type { Attribute } from "../../components/chain/types.ts";
import type { Observed } from "../observe/observed.ts";
import { quantityOf } from "../observe/quantity.ts";
import { type Check, failed, ok, skipped } from "../types.ts";

/** What the inventory counts of a node (`inventory/v1/metrics.go`). */
interface NodeMetrics {
  readonly name?: string;
  readonly allocatable?: {
    /** Thousandths of a thread. */
    readonly cpu?: number;
    /** Bytes. */
    readonly memory?: number;
    readonly gpu?: number;
  };
}

/** The part of the provider's `/status` that is looked at (`gateway/rest/router.go`). */
interface ProviderStatus {
  readonly cluster?: {
    readonly inventory?: {
      readonly available?: {
        readonly nodes?: readonly NodeMetrics[];
        /** Persistent storage; absent without any. */
        readonly storage?: readonly { readonly class?: string }[];
      };
    };
  };
}

/** What a node offers to pods, as the API server has it. */
interface Allocatable {
  readonly name: string;
  readonly cpu?: string | undefined;
  readonly memory?: string | undefined;
}

const RESTART =
  "Restart the inventory operator: `kubectl -n akash-services rollout restart deployment/operator-inventory`.";
/** `operator/inventory/rancher.go` and `ceph.go`. */
const COUNTED =
  "It counts classes with the label akash.network=true and the provisioner rancher.io/local-path, or one of Ceph's whose pool it can ask.";

export const inventory: Check = {
  id: "inventory",
  title: "the provider's inventory counts what nodes offer and what is advertised",
  area: "provider",
  observes: [
    "gpu:0 while a model is advertised",
    "failed pods counted as used",
    "storage class that the inventory leaves out",
  ],
  needs: ["provider-status", "cluster"],
  after: ["gpu", "failed-pods", "nodes", "storage-classes", "attributes", "keyring"],
  simulated: true,
  async run(site) {
    const [{ body }, { devices }, nodes, record] = await Promise.all([
      site.reach.provider("/status"),
      site.cluster.gpu(),
      site.cluster.nodes(),
      // Without a record there is nothing advertised; `registration` says why.
      site
        .owner()
        .then(site.chain.provider)
        .catch(() => undefined),
    ]);
    const available = (JSON.parse(body) as ProviderStatus).cluster?.inventory?.available;
    if (available?.nodes === undefined) return skipped("the provider's /status says nothing of its nodes");
    const counted = available.nodes.reduce((sum, { allocatable }) => sum + (allocatable?.gpu ?? 0), 0);
    const offered = devices.reduce((sum, { allocatable }) => sum + allocatable, 0);
    const classes = (available.storage ?? []).flatMap(({ class: name }) => name ?? []);
    const absent = advertisedClasses(record?.attributes ?? []).filter((name) => !classes.includes(name));
    const miscounted = [
      ...(counted === offered ? [] : [`it counts ${counted} GPUs, nodes offer ${offered}`]),
      ...differences(
        available.nodes,
        nodes.map(({ metadata: { name }, status }) => ({ name, ...status?.allocatable })),
      ),
    ];
    const lacking =
      absent.length > 0 ? [`it lacks the storage class ${absent.join(", ")}, which is advertised`] : [];
    const problems = [...miscounted, ...lacking];
    if (problems.length > 0) {
      const severity = (await hasJustStarted(site)) ? "warning" : "error";
      return failed(problems.join("; "), lacking.length > 0 ? `${COUNTED} ${RESTART}` : RESTART, {
        severity,
      });
    }
    const storage = classes.length === 0 ? "" : `, storage ${classes.join(", ")}`;
    return ok(`${counted} GPUs on ${available.nodes.length} nodes${storage}`);
  },
};

/** Time in which a started inventory has heard of all nodes and classes. */
const LEARNING_MS = 5 * 60_000;

/** Whether provider or inventory operator were started minutes ago, as by a move to other versions. */
async function hasJustStarted(site: Observed): Promise<boolean> {
  const since = site.now().getTime() - LEARNING_MS;
  return (await site.cluster.pods()).some(
    ({ metadata: { namespace, name, creationTimestamp = "" } }) =>
      namespace === SERVICES_NAMESPACE &&
      (name.startsWith(`${PROVIDER_NAME}-`) || name.startsWith("operator-inventory-")) &&
      Date.parse(creationTimestamp) > since,
  );
}

/** Classes of persistent storage that stand in a record. */
export function advertisedClasses(attributes: readonly Attribute[]): string[] {
  const values = new Map(attributes.map(({ key, value }) => [key, value]));
  return attributes.flatMap(({ key, value }) => {
    const [, index] = /^capabilities\/storage\/(\d+)\/class$/.exec(key) ?? [];
    return values.get(`capabilities/storage/${index}/persistent`) === "true" ? [value] : [];
  });
}

/** Threads and memory that are counted otherwise than the node of that name offers them. */
export function differences(counted: readonly NodeMetrics[], nodes: readonly Allocatable[]): string[] {
  return counted.flatMap(({ name, allocatable }) => {
    const node = nodes.find((other) => other.name === name);
    const pairs = [
      ["threads", allocatable?.cpu, quantityOf(node?.cpu ?? "") * 1000, 1000],
      ["GiB of memory", allocatable?.memory, quantityOf(node?.memory ?? ""), 2 ** 30],
    ] as const;
    return pairs.flatMap(([what, has, offers, unit]) => {
      // A cluster rounds to thousandths and whole bytes; what cannot be read is not judged.
      if (has === undefined || Number.isNaN(offers) || Math.abs(has - offers) <= 1) return [];
      return `of ${name} it counts ${shown(has / unit)} ${what}, the node offers ${shown(offers / unit)}`;
    });
  });
}

const shown = (number: number) => String(Math.round(number * 100) / 100);
