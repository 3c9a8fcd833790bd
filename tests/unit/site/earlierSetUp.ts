import { planTakeover } from "../../../components/site/takeover/index.ts";
import type { ExistingObject, ExistingPod, ExistingSite } from "../../../components/site/takeover/types.ts";
import { storageOf } from "../../../components/site/takeover/views.ts";

export const OWNER = "akash1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9";
export const OTHER = "akash1zzzsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9";
export const context = {
  owner: OWNER,
  storageClasses: { beta3: storageOf({ provisioner: "rancher.io/local-path" }) },
};
export const nothing: ExistingSite = { objects: [], pods: [], processes: [], leases: 0, customResources: {} };
export const release = (name: string) => ({ annotations: { "meta.helm.sh/release-name": name } });

export function object(kind: string, name: string, parts: Partial<ExistingObject> = {}): ExistingObject {
  const namespace = /^Cluster|Class$|^Namespace$/.test(kind) ? {} : { namespace: "akash-services" };
  return { kind, path: `/api/${kind}/${name}`, name, labels: {}, annotations: {}, ...namespace, ...parts };
}

export function pod(parts: Partial<ExistingPod> = {}): ExistingPod {
  return {
    namespace: "elsewhere",
    name: "provider-0",
    labels: {},
    role: "provider",
    ours: false,
    controller: { kind: "StatefulSet", name: "provider" },
    key: { from: OWNER, configMaps: [] },
    ...parts,
  };
}

export const account = (name: string, namespace = "akash-services") => ({
  kind: "ServiceAccount",
  namespace,
  name,
});
export const binding = (name: string, role: string, ...subjects: ReturnType<typeof account>[]) =>
  object("ClusterRoleBinding", name, { binding: { role, subjects } });

export function plan(objects: ExistingObject[], parts: Partial<ExistingSite> = {}) {
  return planTakeover({ ...nothing, objects, ...parts }, context);
}

export function actions(objects: ExistingObject[]): string[] {
  return plan(objects).items.map(({ action, name }) => `${action} ${name}`);
}
