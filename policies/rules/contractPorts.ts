import { containersOf, hasPods, isKind, specOf } from "../kubernetes.ts";
import type { DeclaredResource, Rule } from "../types.ts";
import { list, record } from "../values.ts";

/** Ports that a site opens to the world: web, the provider's two, and those that leases are given. */
const CONTRACT_PORTS: readonly number[] = [80, 443, 8443, 8444];
const LEASE_PORTS = { first: 30_000, last: 32_767 };

/**
 * Only the ports of the contract are open to the world.
 *
 * Severity: medium. Every other port is one that no firewall rule of the documentation covers, and often one that was
 * meant for the inside: status, metrics, databases. Remedy: a ClusterIP Service, or a route of the gateway.
 */
export const contractPorts: Rule = {
  name: "contract-ports",
  severity: "medium",
  enforcement: "mandatory",
  demand: "Open to the world are 80, 443, 8443, 8444 and 30000 to 32767, and nothing else.",
  reason: "Other ports are mostly meant for the inside, such as status and metrics.",
  remedy: "Make it a ClusterIP Service, or give it a route of the gateway.",
  appliesTo: (resource) => hasPods(resource) || isKind(resource, "Gateway") || isOpenService(resource),
  findings(resource) {
    if (isKind(resource, "Gateway")) {
      return refused(numbers(specOf(resource)["listeners"], "port")).map((port) => `it listens on ${port}`);
    }
    if (isKind(resource, "Service")) return serviceFindings(resource);
    const hostPorts = containersOf(resource).flatMap(({ fields }) => numbers(fields["ports"], "hostPort"));
    return refused(hostPorts).map((port) => `it opens ${port} on its nodes`);
  },
};

function isOpenService(resource: DeclaredResource): boolean {
  const { type, externalIPs } = specOf(resource);
  return (
    isKind(resource, "Service") &&
    (type === "LoadBalancer" || type === "NodePort" || list(externalIPs).length > 0)
  );
}

function serviceFindings(resource: DeclaredResource): string[] {
  const { type, ports } = specOf(resource);
  // A NodePort Service is reached from outside on its node ports only, and the cluster keeps those to their range.
  const opened = type === "NodePort" ? [] : refused(numbers(ports, "port"));
  const chosen = numbers(ports, "nodePort").filter((port) => !inLeaseRange(port));
  return [
    ...opened.map((port) => `it opens ${port} to the world`),
    ...chosen.map((port) => `it opens ${port} on every node`),
  ];
}

const numbers = (items: unknown, field: string): number[] =>
  list(items).flatMap((item) => {
    const value = record(item)[field];
    return typeof value === "number" ? [value] : [];
  });

const inLeaseRange = (port: number): boolean => port >= LEASE_PORTS.first && port <= LEASE_PORTS.last;

const refused = (ports: readonly number[]): number[] =>
  ports.filter((port) => !CONTRACT_PORTS.includes(port) && !inLeaseRange(port));
