import { PROVIDER_NAME, SERVICES_NAMESPACE } from "../names.ts";
import type { PolicySpec } from "./admission.ts";

/** Name of the policies and their bindings. */
export const LEASE_EGRESS = "akash-lease-egress";

/**
 * Version of the API server's mutating admission policies: GA in Kubernetes 1.36, beta and off before. Of the beta the
 * engine's plugin says that it "was removed in Kubernetes 1.22", with all of admission in v1beta1 (its
 * `pkg/kinds/deprecated.go`), and cannot be kept from saying so.
 */
export type MutatingAdmissionVersion = "v1" | "v1beta1";

/** A MutatingAdmissionPolicy without its metadata. */
export interface MutationSpec extends Omit<PolicySpec, "validations"> {
  readonly reinvocationPolicy: "Never";
  readonly mutations: {
    readonly patchType: "JSONPatch";
    readonly jsonPatch: { readonly expression: string };
  }[];
}

const everywhere = "0.0.0.0/0";

/** Network policies as the provider writes them into leases' namespaces. */
const target: Pick<PolicySpec, "failurePolicy" | "matchConstraints" | "matchConditions"> = {
  failurePolicy: "Fail",
  matchConstraints: {
    resourceRules: [
      {
        apiGroups: ["networking.k8s.io"],
        apiVersions: ["v1"],
        operations: ["CREATE", "UPDATE"],
        resources: ["networkpolicies"],
      },
    ],
  },
  matchConditions: [
    {
      name: "akash-provider",
      expression: `request.userInfo.username == 'system:serviceaccount:${SERVICES_NAMESPACE}:${PROVIDER_NAME}'`,
    },
    { name: "has-egress", expression: "object.spec.?egress.orValue([]).size() > 0" },
  ],
};

/**
 * Narrows the provider's own policy for leases. Network policies only ever allow, so a second one could not
 * forbid what the provider's allows: everything but RFC 1918. Its exceptions are extended as it is written.
 *
 * @param exceptions ranges from `leaseExceptions`
 */
export function planEgressMutation(exceptions: readonly string[]): MutationSpec {
  const list = celList(exceptions);
  const rules = "object.spec.egress";
  const excepted = `${rules}[i].to[0].ipBlock.?except.orValue([])`;
  return {
    ...target,
    reinvocationPolicy: "Never",
    mutations: [
      {
        patchType: "JSONPatch",
        jsonPatch: {
          // The provider writes four egress rules at most, the open one with a single peer (builder/netpol.go).
          expression: `[0, 1, 2, 3, 4, 5, 6, 7].filter(i, i < ${rules}.size()
              && ${rules}[i].?to[0].ipBlock.cidr.orValue('') == '${everywhere}')
            .map(i, JSONPatch{op: 'add', path: '/spec/egress/' + string(i) + '/to/0/ipBlock/except',
              value: ${excepted} + ${list}.filter(c, !(c in ${excepted}))})`,
        },
      },
    ],
  };
}

/** Refuses a policy for leases that is still open: no lease rather than one inside the LAN. */
export function planEgressCheck(exceptions: readonly string[]): PolicySpec {
  return {
    ...target,
    validations: [
      {
        expression: `object.spec.egress.all(rule, rule.?to.orValue([]).all(peer,
          peer.?ipBlock.cidr.orValue('') != '${everywhere}'
          || ${celList(exceptions)}.all(c, c in peer.ipBlock.?except.orValue([]))))`,
        message: "the network policy would let a lease into networks of the site",
      },
    ],
  };
}

function celList(values: readonly string[]): string {
  return `[${values.map((value) => `'${value}'`).join(", ")}]`;
}
