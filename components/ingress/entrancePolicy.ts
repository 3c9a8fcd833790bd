import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { ownedExclusively, provider } from "./names.ts";

/** Web, and the provider's own ports, which the controller passes through. */
const OPEN = [80, 443, ...provider.ports];

/** Label that only leases' namespaces have (`cluster/kube/builder/namespace.go`). */
const OF_A_LEASE = "akash.network/lease.id.dseq";

/**
 * Who may talk to an ingress controller and what runs beside it: everybody on the ports of the contract; on the
 * others, such as metrics and the solvers of cert-manager, whoever is no lease.
 *
 * @param webhook port that the API server calls, whose address is no pod's
 */
export function entrancePolicy(
  namespace: pulumi.Input<string>,
  webhook?: number,
): kubernetes.networking.v1.NetworkPolicyArgs {
  const ports = webhook === undefined ? OPEN : [...OPEN, webhook];
  return {
    metadata: { name: "entrance", namespace, annotations: ownedExclusively },
    spec: {
      podSelector: {},
      policyTypes: ["Ingress"],
      ingress: [
        { ports: ports.map((port) => ({ protocol: "TCP", port })) },
        {
          from: [
            { namespaceSelector: { matchExpressions: [{ key: OF_A_LEASE, operator: "DoesNotExist" }] } },
          ],
        },
      ],
    },
  };
}
