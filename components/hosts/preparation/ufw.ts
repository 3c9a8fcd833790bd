import ipaddr from "ipaddr.js";
import { POD_PORTS } from "./defaults.ts";
import { kindOf, parsePort } from "./firewall.ts";
import type { Firewall } from "./types.ts";

/** Stands in ufw's own comment of every rule that is ours; a rule without it is never touched. */
const COMMENT = "pulumi-akash";

/**
 * The rules of a firewall for machines where ufw is active, one for each port and source, as `ufw show added` prints
 * them (`get_command` in ufw's parser.py). The same words add a rule and take it away.
 *
 * @throws FirewallInvalid
 */
export function ufwRules(firewall: Firewall): string[] {
  const { open, operatorPorts, operators, nodePorts, nodes, podNetworks } = firewall;
  const from = (networks: readonly string[], ports: readonly string[]) =>
    networks.map(sourceOf).flatMap((source) => ports.map((port) => ruleOf(source, port)));
  return [
    ...new Set([
      ...from(["any"], open),
      ...from(operators.length === 0 ? ["any"] : operators, operatorPorts),
      ...from(nodes, nodePorts),
      ...from(podNetworks, POD_PORTS),
    ]),
  ];
}

/** ufw has a short form for rules that are about everybody. */
function ruleOf(source: string, port: string): string {
  const { first, last, protocol } = parsePort(port);
  const range = first === last ? `${first}` : `${first}:${last}`;
  return source === "any"
    ? `allow ${range}/${protocol}`
    : `allow from ${source} to any port ${range} proto ${protocol}`;
}

/** The network of an address as ufw writes it; one that is everything is `any` there. */
function sourceOf(network: string): string {
  if (network === "any") return network;
  const kind = kindOf(network) === "ipv4" ? ipaddr.IPv4 : ipaddr.IPv6;
  const [address = "", bits] = network.split("/");
  const whole = kind === ipaddr.IPv4 ? 32 : 128;
  if (bits === undefined || Number(bits) === whole) return kind.parse(address).toString();
  if (Number(bits) === 0) return "any";
  return `${kind.networkAddressFromCIDR(network).toString()}/${Number(bits)}`;
}

interface UfwRule {
  readonly action: string;
  /** What it is about: no two rules of ufw's are about the same. */
  readonly about: string;
  readonly ours: boolean;
}

/** Reads lines of `ufw show added`, without the `ufw` before each. */
function parseRules(lines: readonly string[]): UfwRule[] {
  return lines.flatMap((line) => {
    const [, action, about, comment] =
      /^(allow|deny|limit|reject) (?:log(?:-all)? )?(.+?)(?: comment '(.*)')?$/.exec(line) ?? [];
    if (action === undefined || about === undefined) return [];
    return [{ action, about, ours: comment === COMMENT }];
  });
}

/**
 * How the rules that ufw has differ from those that are wanted. A rule that somebody else wrote stands for one of ours
 * where it lets the same connections in.
 *
 * @param lines of `ufw show added`, without the `ufw` before each
 * @param wanted as `ufwRules` writes them
 */
export function compareUfw(
  lines: readonly string[],
  wanted: readonly string[],
): "same" | "nothing of ours" | "different" {
  const rules = parseRules(lines);
  const own = rules.filter(({ ours }) => ours);
  const letIn = new Set(
    rules
      .filter(({ action, ours }) => action === "allow" || (action === "limit" && !ours))
      .map(({ about }) => `allow ${about}`),
  );
  const missing = wanted.filter((rule) => !letIn.has(rule));
  const surplus = own.filter(({ action, about }) => !wanted.includes(`${action} ${about}`));
  if (missing.length === 0 && surplus.length === 0) return "same";
  return own.length === 0 ? "nothing of ours" : "different";
}
