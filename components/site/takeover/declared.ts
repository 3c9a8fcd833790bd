import {
  HARDWARE_DISCOVERY,
  HOSTNAME_OPERATOR,
  INVENTORY_OPERATOR,
  IP_OPERATOR,
  LEASE_NAMESPACE,
  PROVIDER_NAME,
  SERVICES_NAMESPACE,
} from "../../akash/names.ts";
import type { ExistingObject } from "./types.ts";

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

/** Names that a site declares, by kind, of the kinds that an earlier set-up has too. A test compares. */
export const DECLARED: Readonly<Record<string, readonly string[]>> = {
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

/** Names that a site declares besides where it leases IP addresses. */
export const DECLARED_FOR_IP: Readonly<Record<string, readonly string[]>> = {
  Deployment: [IP_OPERATOR],
  Service: [IP_OPERATOR],
  ServiceAccount: [IP_OPERATOR],
  ClusterRole: ["akash-operator-ip"],
  ClusterRoleBinding: ["akash-operator-ip"],
};

/**
 * Whether the site declares an object of this name. Storage classes are a matter of the stack file.
 *
 * @param ipLeases whether the site leases IP addresses
 */
export function isDeclared(
  { kind, name }: Pick<ExistingObject, "kind" | "name">,
  ipLeases: boolean | undefined,
): boolean {
  const names = [...(DECLARED[kind] ?? []), ...(ipLeases ? (DECLARED_FOR_IP[kind] ?? []) : [])];
  return names.includes(name);
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
