import ipaddr from "ipaddr.js";
import { POD_PORTS } from "./defaults.ts";
import { file } from "./files.ts";
import type { Firewall } from "./types.ts";

/** The table in nftables that is ours. */
const TABLE = "inet pulumi_akash";

/** Lets nothing in. */
export const CLOSED: Omit<Firewall, "state"> = {
  open: [],
  operatorPorts: [],
  operators: [],
  nodePorts: [],
  nodes: [],
  podNetworks: [],
};

/** A declaration that no firewall can carry out. */
export class FirewallInvalid extends Error {
  override readonly name = "FirewallInvalid";
}

/**
 * The rules for nftables as a file that can be loaded at any time: it replaces the table as one transaction.
 * Only connections to the machine itself are judged; what is passed on to pods is Kubernetes's own to judge.
 * The declaration stands in it too, so that it can be read back field by field.
 */
export function firewallFile(firewall: Firewall): string {
  return file("#", [
    `# declared: ${JSON.stringify(declarationOf(firewall))}`,
    `table ${TABLE}`,
    `delete table ${TABLE}`,
    `table ${TABLE} {`,
    "  chain input {",
    "    type filter hook input priority filter; policy drop;",
    ...rules(firewall).map((rule) => `    ${rule}`),
    "  }",
    "}",
  ]);
}

/** What a file of the above form was made from; undefined for another one. */
export function parseFirewallFile(text: string): Omit<Firewall, "state"> | undefined {
  const json = /^# declared: (\{.*\})$/m.exec(text)?.[1];
  if (json === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(json);
    return { ...CLOSED, ...(parsed as Partial<Firewall>) };
  } catch {
    return undefined;
  }
}

function declarationOf(firewall: Omit<Firewall, "state">): Omit<Firewall, "state"> {
  const { open, operatorPorts, operators, nodePorts, nodes, podNetworks } = firewall;
  return { open, operatorPorts, operators, nodePorts, nodes, podNetworks };
}

function rules(firewall: Firewall): string[] {
  const { open, operatorPorts, operators, nodePorts, nodes, podNetworks } = firewall;
  return [
    'iifname "lo" accept',
    "ct state established,related accept",
    "ct state invalid drop",
    // By number: a small system has no list of the names. ICMP and ICMPv6.
    "meta l4proto { 1, 58 } accept",
    // Leases of the machine's own address.
    "udp dport { 68, 546 } accept",
    ...portRules("", open),
    ...(operators.length === 0
      ? portRules("", operatorPorts)
      : sources(operators).flatMap((from) => portRules(from, operatorPorts))),
    ...sources(nodes).flatMap((from) => [...portRules(from, nodePorts), `${from}meta l4proto 4 accept`]),
    ...sources(podNetworks).flatMap((from) => portRules(from, POD_PORTS)),
  ];
}

/** One condition for the IPv4 addresses and one for the IPv6 ones, each ending with a space. */
function sources(networks: readonly string[]): string[] {
  const of = (kind: "ipv4" | "ipv6") => networks.filter((network) => kindOf(network) === kind);
  const condition = (word: string, found: readonly string[]) =>
    found.length === 0 ? [] : [`${word} saddr { ${found.join(", ")} } `];
  return [...condition("ip", of("ipv4")), ...condition("ip6", of("ipv6"))];
}

/** @throws FirewallInvalid */
export function kindOf(network: string): "ipv4" | "ipv6" {
  const [address = "", bits] = network.split("/");
  if (!ipaddr.isValid(address) || (bits !== undefined && !ipaddr.isValidCIDR(network))) {
    throw new FirewallInvalid(
      `${network} is not an address or network that a firewall can let in. Write 203.0.113.7 or 203.0.113.0/24.`,
    );
  }
  return ipaddr.parse(address).kind();
}

function portRules(from: string, ports: readonly string[]): string[] {
  return (["tcp", "udp"] as const).flatMap((protocol) => {
    const found = ports.flatMap((port) => {
      const { first, last, protocol: own } = parsePort(port);
      return own === protocol ? [first === last ? `${first}` : `${first}-${last}`] : [];
    });
    return found.length === 0 ? [] : [`${from}${protocol} dport { ${found.join(", ")} } accept`];
  });
}

/** @throws FirewallInvalid */
export function parsePort(port: string): { first: number; last: number; protocol: "tcp" | "udp" } {
  const [, lower, upper = lower, protocol] = /^(\d{1,5})(?:-(\d{1,5}))?\/(tcp|udp)$/.exec(port) ?? [];
  if (protocol !== "tcp" && protocol !== "udp") {
    throw new FirewallInvalid(`${port} is not a port. Write 443/tcp or 30000-32767/udp.`);
  }
  const [first, last] = [Number(lower), Number(upper)];
  if (first < 1 || last > 65535 || last < first) {
    throw new FirewallInvalid(`${port} is not a port: ports are 1 to 65535, the smaller one first.`);
  }
  return { first, last, protocol };
}
