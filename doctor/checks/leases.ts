import { SERVICES_NAMESPACE } from "../../components/akash/names.ts";
import type { LeaseRecord } from "../../components/chain/market/index.ts";
import { LEASE_DSEQ } from "../observe/cluster.ts";
import type { Namespace, Pod } from "../observe/objects.ts";
import type { Observed } from "../observe/observed.ts";
import { type Check, failed, ok } from "../types.ts";

/** Labels of a lease's namespace (`cluster/kube/builder/builder.go`). */
const LEASE = "akash.network/lease.id.";

/** `owner/dseq/gseq/oseq` of a namespace's lease. */
function leaseOfNamespace({ metadata: { labels = {} } }: Namespace): string {
  return ["owner", "dseq", "gseq", "oseq"].map((part) => labels[`${LEASE}${part}`] ?? "").join("/");
}

const leaseKey = ({ id }: LeaseRecord) => `${id.owner}/${id.dseq}/${id.gseq}/${id.oseq}`;

async function orphans(site: Observed): Promise<readonly Namespace[]> {
  const owner = await site.owner();
  const [leases, namespaces] = await Promise.all([site.chain.leases(owner), site.cluster.leaseNamespaces()]);
  if (!leases.complete) return [];
  const running = new Set(leases.items.map(leaseKey));
  return namespaces.filter(
    (namespace) =>
      // A namespace of another provider's lease is none of ours to judge.
      (namespace.metadata.labels?.[`${LEASE}provider`] ?? owner) === owner &&
      !running.has(leaseOfNamespace(namespace)),
  );
}

const dseqOf = ({ metadata }: Namespace) => metadata.labels?.[LEASE_DSEQ] ?? "?";

export const orphanedNamespaces: Check = {
  id: "orphaned-namespaces",
  title: "every lease that the cluster runs is active on chain",
  area: "cluster",
  observes: ["workloads left after a lease closed"],
  needs: ["cluster", "generation"],
  after: ["keyring"],
  async run(site) {
    const left = await orphans(site);
    if (left.length === 0) return ok(`${(await site.cluster.leaseNamespaces()).length} run`);
    const list = left.slice(0, 5).map((item) => `${item.metadata.name} (deployment ${dseqOf(item)})`);
    return failed(
      `${left.length} closed on chain and still there: ${list.join(", ")}${left.length > 5 ? ", …" : ""}`,
      "`--fix` deletes them after asking; until then they hold resources that nobody pays for.",
    );
  },
  fix: {
    does: "Deletes the namespaces of leases that are closed on chain, with all that runs in them.",
    confirm: true,
    async run(site) {
      const api = await site.cluster.api();
      const left = await orphans(site);
      for (const { metadata } of left) await api.request("DELETE", `/api/v1/namespaces/${metadata.name}`);
      return left.map((item) => `deleted namespace ${item.metadata.name} of deployment ${dseqOf(item)}`);
    },
  },
};

/** Blocks within which a tenant sends the manifest: five minutes, and the same again. */
const MANIFEST_BLOCKS = 100;

export const missingWorkloads: Check = {
  id: "missing-workloads",
  title: "every active lease runs in the cluster",
  area: "cluster",
  observes: ["lease that is paid and does not run"],
  severity: "warning",
  needs: ["cluster", "generation"],
  after: ["keyring"],
  async run(site) {
    const owner = await site.owner();
    const [leases, namespaces, chain] = await Promise.all([
      site.chain.leases(owner),
      site.cluster.leaseNamespaces(),
      site.chain.connection(),
    ]);
    const { height } = await chain.latestBlock();
    const running = new Set(namespaces.map(leaseOfNamespace));
    const absent = leases.items.filter(
      (lease) => !running.has(leaseKey(lease)) && height - lease.createdAt > MANIFEST_BLOCKS,
    );
    if (absent.length === 0) return ok(`${leases.items.length} active on chain`);
    return failed(
      `no namespace for ${absent.map(({ id }) => `deployment ${id.dseq}`).join(", ")}`,
      "Its tenant may never have sent a manifest; if it ran before, the provider's log says what became of it.",
    );
  },
};

const DEAD = ["Failed", "Unknown"];

async function deadPods(site: Observed): Promise<readonly Pod[]> {
  const [pods, leasePods] = await Promise.all([site.cluster.pods(), site.cluster.leasePods()]);
  const ours = pods.filter(({ metadata }) => metadata.namespace === SERVICES_NAMESPACE);
  return [...ours, ...leasePods].filter(({ status }) => DEAD.includes(status?.phase ?? ""));
}

export const failedPods: Check = {
  id: "failed-pods",
  title: "no failed pod lies about",
  area: "cluster",
  observes: ["failed pods counted as used"],
  needs: ["cluster"],
  async run(site) {
    const dead = await deadPods(site);
    if (dead.length === 0) return ok("none");
    const list = dead.slice(0, 5).map(({ metadata, status }) => {
      return `${metadata.namespace}/${metadata.name} (${status?.reason ?? status?.phase})`;
    });
    return failed(
      `${dead.length}: ${list.join(", ")}${dead.length > 5 ? ", …" : ""}`,
      "`--fix` deletes them: their resources count as used, and what should run is started anew.",
    );
  },
  fix: {
    does: "Deletes the pods that have failed; what should run is started anew by the cluster.",
    confirm: false,
    async run(site) {
      const api = await site.cluster.api();
      const dead = await deadPods(site);
      for (const { metadata } of dead) {
        await api.request("DELETE", `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`);
      }
      return dead.map(({ metadata }) => `deleted pod ${metadata.namespace}/${metadata.name}`);
    },
  },
};
