import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "../../../components/cluster/index.ts";

const NAME = "refused-release";
const POLICIES = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
const BINDINGS = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings";
const PROVIDER = "/apis/apps/v1/namespaces/akash-services/statefulsets/akash-provider";
const POLL_MS = 200;

/**
 * Breaks a site on purpose: its API server refuses the provider in one release.
 *
 * @returns repairs it
 */
export async function refuseRelease(cluster: Cluster, version: string): Promise<() => Promise<void>> {
  const apiVersion = "admissionregistration.k8s.io/v1";
  await cluster.request("POST", POLICIES, {
    apiVersion,
    kind: "ValidatingAdmissionPolicy",
    metadata: { name: NAME },
    spec: {
      failurePolicy: "Fail",
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: ["apps"],
            apiVersions: ["v1"],
            operations: ["CREATE", "UPDATE"],
            resources: ["statefulsets"],
          },
        ],
      },
      validations: [
        {
          expression: `object.spec.template.spec.containers.all(c, !c.image.endsWith(":${version}"))`,
          message: `provider ${version} is refused here`,
        },
      ],
    },
  });
  await cluster.request("POST", BINDINGS, {
    apiVersion,
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name: NAME },
    spec: { policyName: NAME, validationActions: ["Deny"] },
  });
  await untilEffective(cluster, version);
  return async () => {
    await cluster.request("DELETE", `${BINDINGS}/${NAME}`);
    await cluster.request("DELETE", `${POLICIES}/${NAME}`);
    while (await refuses(cluster, version)) await sleep(POLL_MS);
  };
}

/** The API server learns of a policy a moment after it is made. */
async function untilEffective(cluster: Cluster, version: string): Promise<void> {
  while (!(await refuses(cluster, version))) await sleep(POLL_MS);
}

/** Whether a trial of the release, which changes nothing, is turned down. */
async function refuses(cluster: Cluster, version: string): Promise<boolean> {
  const image = `example.test/provider:${version}`;
  const patch = { spec: { template: { spec: { containers: [{ name: "provider", image }] } } } };
  const type = "application/strategic-merge-patch+json";
  return cluster.request("PATCH", `${PROVIDER}?dryRun=All`, patch, type).then(
    () => false,
    (error: Error) => {
      if (/is refused here/.test(error.message)) return true;
      throw error;
    },
  );
}
