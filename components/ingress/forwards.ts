import { nodePorts } from "./controllerValues.ts";

/** One rule that a home router needs. */
export interface RouterForward {
  /** Port or range as the internet sees it. */
  readonly external: string;
  /** Port or range of the node. */
  readonly internal: string;
  readonly protocol: "TCP" | "TCP+UDP";
  /** What stops working without it. */
  readonly purpose: string;
}

/**
 * The exact forwards to the node when its address is not public.
 *
 * @param hostPorts whether the ports are the node's own; if not, NodePorts stand for them
 */
export function routerForwards(hostPorts = true): RouterForward[] {
  const forward = (port: keyof typeof nodePorts, purpose: string): RouterForward => ({
    external: String(port),
    internal: String(hostPorts ? port : nodePorts[port]),
    protocol: "TCP",
    purpose,
  });
  return [
    forward(80, "leases' web addresses, and HTTP-01"),
    forward(443, "leases' web addresses over HTTPS"),
    forward(8443, "manifests, logs and shells"),
    forward(8444, "the provider's status over gRPC"),
    {
      external: "30000-32767",
      internal: "30000-32767",
      protocol: "TCP+UDP",
      purpose: "ports that leases expose",
    },
  ];
}
