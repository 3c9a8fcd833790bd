import ipaddr from "ipaddr.js";

/** A NetworkPolicy, as far as it lets traffic out to addresses. */
export interface NetworkPolicy {
  readonly spec: {
    readonly policyTypes?: readonly string[];
    readonly egress?: readonly {
      readonly ports?: readonly object[];
      readonly to?: readonly {
        readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
      }[];
    }[];
  };
}

/**
 * Whether the pods that a policy selects may open connections to an address outside the cluster, by the meaning that
 * Kubernetes gives to `NetworkPolicySpec`: rules add up, a rule without peers is everywhere, peers that select pods or
 * namespaces are no addresses. It stands in for a network plugin, which no test machine has.
 */
export function allowsEgress({ spec }: NetworkPolicy, address: string): boolean {
  if (!(spec.policyTypes ?? []).includes("Egress")) return true;
  return (spec.egress ?? []).some(({ to }) => {
    if (to === undefined || to.length === 0) return true;
    return to.some(
      ({ ipBlock }) =>
        ipBlock !== undefined &&
        isWithin(address, ipBlock.cidr) &&
        !(ipBlock.except ?? []).some((cidr) => isWithin(address, cidr)),
    );
  });
}

function isWithin(address: string, cidr: string): boolean {
  const [ip, [network, length]] = [ipaddr.parse(address), ipaddr.parseCIDR(cidr)];
  return ip.kind() === network.kind() && ip.match(network, length);
}
