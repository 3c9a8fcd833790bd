import type { Cluster } from "../../cluster/index.ts";
import type { MutatingAdmissionVersion } from "./leaseEgress.ts";

const VERSIONS: readonly MutatingAdmissionVersion[] = ["v1", "v1beta1"];

/**
 * Version in which an API server offers mutating admission policies, the best first; undefined when it offers
 * none: before Kubernetes 1.36 they are behind a switch.
 */
export async function mutatingAdmissionVersion(
  cluster: Pick<Cluster, "get">,
): Promise<MutatingAdmissionVersion | undefined> {
  for (const version of VERSIONS) {
    const path = `/apis/admissionregistration.k8s.io/${version}`;
    const list = await cluster.get<{ readonly resources: readonly { readonly name: string }[] }>(path);
    if (list?.resources.some(({ name }) => name === "mutatingadmissionpolicies")) return version;
  }
  return undefined;
}
