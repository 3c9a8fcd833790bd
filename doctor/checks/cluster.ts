import { CRDS } from "../../components/akash/crds/definitions.ts";
import { HOSTNAME_OPERATOR, INVENTORY_OPERATOR, SERVICES_NAMESPACE } from "../../components/akash/names.ts";
import { NAMESPACES } from "../../components/akash/namespaces.ts";
import { storageClassObjects } from "../../components/storage/classes.ts";
import {
  type Condition,
  type Deployment,
  holds,
  type Metadata,
  type Namespace,
  type Node,
  type StorageClass,
} from "../observe/objects.ts";
import type { Observed } from "../observe/observed.ts";
import { type Check, failed, ok, skipped } from "../types.ts";

const UP = "`npm run up` repairs it.";

export const cluster: Check = {
  id: "cluster",
  title: "the API server answers and lets the doctor look",
  area: "cluster",
  observes: ["cluster that is down"],
  async run(site) {
    const [api, nodes] = await Promise.all([site.cluster.api(), site.cluster.nodes()]);
    return nodes.length === 0
      ? failed(`${api.server} has no nodes`, "Join a node to the cluster.")
      : ok(`${api.server}, ${nodes.length} ${nodes.length === 1 ? "node" : "nodes"}`);
  },
};

const names = (objects: readonly { readonly metadata: Metadata }[]) =>
  objects.map(({ metadata }) => metadata.name).join(", ");

export const nodes: Check = {
  id: "nodes",
  title: "every node is ready",
  area: "cluster",
  observes: ["node that is down", "all leases closed during maintenance"],
  needs: ["cluster"],
  async run(site) {
    const all = await site.cluster.nodes();
    const down = all.filter(({ status }) => !holds(status?.conditions, "Ready"));
    if (down.length > 0) {
      return failed(
        `not ready: ${names(down)}`,
        "Look at the machine (`systemctl status k3s`); its leases wait for it a day before they are closed.",
      );
    }
    const cordoned = all.filter(({ spec }) => spec?.unschedulable === true);
    return ok(cordoned.length === 0 ? `${all.length} ready` : `ready; cordoned: ${names(cordoned)}`);
  },
};

const PRESSURES = ["DiskPressure", "MemoryPressure", "PIDPressure"];

export const pressure: Check = {
  id: "disk-pressure",
  title: "no node is short of disk, memory or process ids",
  area: "cluster",
  observes: ["full disk"],
  needs: ["cluster"],
  async run(site) {
    const short = (await site.cluster.nodes()).flatMap(({ metadata, status }: Node) =>
      PRESSURES.filter((type) => holds(status?.conditions, type)).map((type) => `${metadata.name}: ${type}`),
    );
    if (short.length === 0) return ok("none");
    return failed(
      short.join("; "),
      "Free space on the machine (`crictl rmi --prune` takes unused images away) before pods are evicted.",
    );
  },
};

export const namespaces: Check = {
  id: "namespaces",
  title: "the namespaces carry the labels that the provider looks for",
  area: "cluster",
  observes: ["namespace without label"],
  needs: ["cluster"],
  async run(site) {
    const problems = await Promise.all(
      NAMESPACES.map(async ({ name, labels }) => {
        const found = await site.cluster.get<Namespace>(`/api/v1/namespaces/${name}`);
        if (found === undefined) return [`${name} is missing`];
        return Object.entries(labels)
          .filter(([key, value]) => found.metadata.labels?.[key] !== value)
          .map(([key, value]) => `${name} lacks ${key}=${value}`);
      }),
    );
    const wrong = problems.flat();
    return wrong.length === 0
      ? ok(NAMESPACES.map(({ name }) => name).join(", "))
      : failed(wrong.join("; "), UP);
  },
};

export const definitions: Check = {
  id: "definitions",
  title: "the network's custom resources are served",
  area: "cluster",
  observes: ["custom resources that are missing"],
  needs: ["cluster"],
  async run(site) {
    const wanted = CRDS.map(({ metadata }) => metadata.name);
    const found = await Promise.all(
      wanted.map((name) =>
        site.cluster.get<{ readonly status?: { readonly conditions?: readonly Condition[] } }>(
          `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`,
        ),
      ),
    );
    const absent = wanted.filter((_name, index) => !holds(found[index]?.status?.conditions, "Established"));
    return absent.length === 0 ? ok(wanted.join(", ")) : failed(`not established: ${absent.join(", ")}`, UP);
  },
};

export const operators: Check = {
  id: "operators",
  title: "the hostname and inventory operators run",
  area: "provider",
  observes: ["operator that is down"],
  needs: ["cluster"],
  async run(site) {
    const wanted = [HOSTNAME_OPERATOR, INVENTORY_OPERATOR];
    const found = await Promise.all(
      wanted.map((name) =>
        site.cluster.get<Deployment>(`/apis/apps/v1/namespaces/${SERVICES_NAMESPACE}/deployments/${name}`),
      ),
    );
    const down = wanted.filter((_name, index) => (found[index]?.status?.availableReplicas ?? 0) < 1);
    if (down.length === 0) return ok(wanted.join(", "));
    return failed(
      `not available: ${down.join(", ")}`,
      `\`kubectl -n ${SERVICES_NAMESPACE} describe pod\` says why; \`npm run up\` puts back what is missing.`,
    );
  },
};

/** A storage class by name as it should be, as it is. */
async function declaredClasses(site: Observed) {
  const wanted = storageClassObjects(site.site.storage.classes);
  return Promise.all(
    wanted.map(async ({ metadata: { name } }) => ({
      name,
      found: await site.cluster.get<StorageClass>(`/apis/storage.k8s.io/v1/storageclasses/${name}`),
    })),
  );
}

const isLabelled = (found: StorageClass) => found.metadata.labels?.["akash.network"] === "true";

export const storageClasses: Check = {
  id: "storage-classes",
  title: "the declared storage classes exist and carry their label",
  area: "cluster",
  observes: ["storage class unlabelled"],
  needs: ["cluster"],
  async run(site) {
    const classes = await declaredClasses(site);
    if (classes.length === 0) return skipped("no persistent storage is declared");
    const problems = classes.flatMap(({ name, found }) => {
      if (found === undefined) return [`${name} is missing`];
      return isLabelled(found) ? [] : [`${name} lacks the label akash.network=true`];
    });
    if (problems.length === 0) return ok(classes.map(({ name }) => name).join(", "));
    return failed(problems.join("; "), "`--fix` labels them; `npm run up` makes those that are missing.");
  },
  fix: {
    does: "Labels the declared storage classes with akash.network=true.",
    confirm: false,
    async run(site) {
      const api = await site.cluster.api();
      const unlabelled = (await declaredClasses(site)).flatMap(({ name, found }) =>
        found !== undefined && !isLabelled(found) ? [name] : [],
      );
      for (const name of unlabelled) {
        await api.request(
          "PATCH",
          `/apis/storage.k8s.io/v1/storageclasses/${name}`,
          { metadata: { labels: { "akash.network": "true" } } },
          "application/merge-patch+json",
        );
      }
      return unlabelled.map((name) => `labelled storage class ${name}`);
    },
  },
};

export const gpu: Check = {
  id: "gpu",
  title: "every GPU that a node shows can be had by pods",
  area: "cluster",
  observes: ["gpu 0 after a reboot", "GPU id not in the database"],
  needs: ["cluster"],
  async run(site) {
    const { devices, problems } = await site.cluster.gpu();
    if (problems.length > 0) {
      return failed(
        problems.map(({ message }) => message).join(" "),
        "Each sentence says what to do; then `npm run up`, since what is advertised depends on it.",
      );
    }
    const offered = devices.map(({ node, allocatable, model }) => `${node}: ${allocatable} × ${model}`);
    return ok(offered.join("; ") || "no GPU");
  },
};

export const runtimeClass: Check = {
  id: "runtime-class",
  title: "leases with GPUs find their runtime class",
  area: "cluster",
  observes: ["GPU leases that are rejected"],
  needs: ["cluster"],
  after: ["gpu"],
  async run(site) {
    const { devices } = await site.cluster.gpu();
    if (!devices.some(({ vendor, allocatable }) => vendor === "nvidia" && allocatable > 0)) {
      return skipped("no node offers an NVIDIA GPU");
    }
    const found = await site.cluster.get("/apis/node.k8s.io/v1/runtimeclasses/nvidia");
    return found === undefined
      ? failed("there is no RuntimeClass nvidia, and the provider gives it to every GPU lease", UP)
      : ok("nvidia");
  },
};
