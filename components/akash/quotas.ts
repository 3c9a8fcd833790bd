import { LEASE_NAMESPACE, SERVICES_NAMESPACE } from "./names.ts";

/** What a namespace of ours may use at most. */
export interface NamespaceQuota {
  readonly namespace: string;
  readonly hard: Readonly<Record<string, string>>;
  /** What a container counts as that asks for nothing; without it a quota would refuse it. */
  readonly defaultRequest?: Readonly<Record<string, string>>;
}

/**
 * Quotas of the two namespaces made here, so that nothing in them can eat what is leased out; why the site's others
 * have none is in `docs/architecture.md`. In `lease` there are only custom resources; in `akash-services` there are
 * provider, operators, one discovery pod a node, which asks for nothing by itself
 * (operator/inventory/node-discovery.go), and on some sites a node of the chain. Limits have no default: it would be
 * too little for that one.
 *
 * @param nodes nodes that the site may grow to
 */
export function planQuotas(nodes: number): NamespaceQuota[] {
  return [
    { namespace: LEASE_NAMESPACE, hard: { pods: "0", services: "0", persistentvolumeclaims: "0" } },
    {
      namespace: SERVICES_NAMESPACE,
      hard: {
        pods: String(20 + nodes),
        "requests.cpu": `${8000 + 50 * nodes}m`,
        "requests.memory": `${24 * 1024 + 64 * nodes}Mi`,
      },
      defaultRequest: { cpu: "50m", memory: "64Mi" },
    },
  ];
}
