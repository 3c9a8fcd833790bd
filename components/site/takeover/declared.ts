import {
  GATEWAY_NAME,
  GATEWAY_NAMESPACE,
  HARDWARE_DISCOVERY,
  HOSTNAME_OPERATOR,
  INVENTORY_OPERATOR,
  IP_OPERATOR,
  LEASE_NAMESPACE,
  PROVIDER_NAME,
  SERVICES_NAMESPACE,
} from "../../akash/names.ts";
import { gatewayListeners, gatewayPolicies, providerRoutes } from "../../ingress/gatewayObjects.ts";
import { classicNamespace, ingressClassName } from "../../ingress/names.ts";
import type { SiteConfig } from "../config.ts";
import type { ExistingObject, SitePart } from "./types.ts";

/** ServiceAccounts that the site's programs run as. */
export const ACCOUNTS: readonly string[] = [
  PROVIDER_NAME,
  HOSTNAME_OPERATOR,
  INVENTORY_OPERATOR,
  HARDWARE_DISCOVERY,
];

const ROLES = ["akash-provider", "akash-operator-hostname", "akash-operator-inventory"];
const SERVICES = [PROVIDER_NAME, HOSTNAME_OPERATOR, INVENTORY_OPERATOR];

/** Plural names of the network's custom resources. */
export const CUSTOM_RESOURCES = ["manifests", "providerhosts", "providerleasedips"] as const;

type Names = Readonly<Record<string, readonly string[]>>;

/** Names that every site declares, by kind, of the kinds that an earlier set-up has too. A test compares. */
export const DECLARED: Names = {
  Namespace: [SERVICES_NAMESPACE, LEASE_NAMESPACE],
  CustomResourceDefinition: CUSTOM_RESOURCES.map((plural) => `${plural}.akash.network`),
  StatefulSet: [PROVIDER_NAME],
  Deployment: [HOSTNAME_OPERATOR, INVENTORY_OPERATOR],
  Service: SERVICES,
  ServiceAccount: ACCOUNTS,
  ConfigMap: [`${PROVIDER_NAME}-pricing`, INVENTORY_OPERATOR],
  ClusterRole: ROLES,
  ClusterRoleBinding: ROLES,
};

/** Names that a site with a part declares besides. */
export const DECLARED_WITH: Readonly<Record<SitePart, Names>> = {
  ipLeases: {
    Deployment: [IP_OPERATOR],
    Service: [IP_OPERATOR],
    ServiceAccount: [IP_OPERATOR],
    ClusterRole: ["akash-operator-ip"],
    ClusterRoleBinding: ["akash-operator-ip"],
  },
  gateway: {
    Namespace: [GATEWAY_NAMESPACE],
    Gateway: [GATEWAY_NAME],
    TCPRoute: providerRoutes().map(({ name }) => name),
  },
  gatewayPolicies: Object.fromEntries(gatewayPolicies().map(({ kind, name }) => [kind, [name]])),
  classic: { Namespace: [classicNamespace], IngressClass: [ingressClassName] },
  runtimeClass: { RuntimeClass: ["nvidia"] },
};

/** Names of the Gateway's listeners, which are the same for every domain. */
export const LISTENERS: readonly string[] = gatewayListeners("").map(({ name }) => name);

/** The parts of a site. Where the machines decide about the GPU operator, its RuntimeClass is not counted. */
export function partsOf({
  provider,
  ingress: { mode, controller },
  gpu,
}: Pick<SiteConfig, "provider" | "ingress" | "gpu">): SitePart[] {
  return [
    ...(provider.ipLeases === undefined ? [] : (["ipLeases"] as const)),
    mode,
    ...(mode === "gateway" && controller === "chart" ? (["gatewayPolicies"] as const) : []),
    ...(gpu.operator === "none" ? (["runtimeClass"] as const) : []),
  ];
}

/** Whether a site with these parts declares an object of this name. Storage classes are a matter of the stack file. */
export function isDeclared(
  { kind, name }: Pick<ExistingObject, "kind" | "name">,
  parts: readonly SitePart[] = [],
): boolean {
  return [DECLARED, ...parts.map((part) => DECLARED_WITH[part])].some((names) => names[kind]?.includes(name));
}

/** Names of a kind that a site may declare, whatever its parts. */
export function everDeclared(kind: string): readonly string[] {
  return [DECLARED, ...Object.values(DECLARED_WITH)].flatMap((names) => names[kind] ?? []);
}

/**
 * Whether this program made the object, or has taken it over. Its label says so, and where an object has none the
 * annotation that every object of the program carries.
 */
export function isOurs({ labels, annotations }: Pick<ExistingObject, "labels" | "annotations">): boolean {
  return (
    labels["app.kubernetes.io/managed-by"] === "pulumi-akash" ||
    annotations["pulumi.com/patchForce"] !== undefined
  );
}

/** Name of the Helm release that an object belongs, or once belonged, to. */
export function releaseOf({ annotations }: Pick<ExistingObject, "annotations">): string | undefined {
  return annotations["meta.helm.sh/release-name"];
}
