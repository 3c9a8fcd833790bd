import { classicNodePorts } from "./controllerValues.ts";
import { provider } from "./names.ts";

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
 * @param hostPorts whether 80 and 443 are the node's own; if not, classic mode's NodePorts stand for them
 */
export function routerForwards(hostPorts = true): RouterForward[] {
  const web = (port: 80 | 443): RouterForward => ({
    external: String(port),
    internal: String(hostPorts ? port : port === 80 ? classicNodePorts.http : classicNodePorts.https),
    protocol: "TCP",
    purpose: port === 80 ? "leases' web addresses, and HTTP-01" : "leases' web addresses over HTTPS",
  });
  const [rest, grpc] = provider.ports;
  return [
    web(80),
    web(443),
    {
      external: String(rest),
      internal: String(rest),
      protocol: "TCP",
      purpose: "manifests, logs and shells",
    },
    {
      external: String(grpc),
      internal: String(grpc),
      protocol: "TCP",
      purpose: "the provider's status over gRPC",
    },
    {
      external: "30000-32767",
      internal: "30000-32767",
      protocol: "TCP+UDP",
      purpose: "ports that leases expose",
    },
  ];
}
