import { firstLine, lines, type Sections } from "./sections.ts";
import type { HostFacts, Listener } from "./types.ts";

/** Ports on which something listens: `ss -Hlntup`, else the kernel's own table, which names no program. */
export function readListeners(sections: Sections): Listener[] {
  const found = [
    ...lines(sections, "listening").flatMap(fromSs),
    ...lines(sections, "sockets").flatMap(fromKernel),
  ];
  return [...new Map(found.map((listener) => [JSON.stringify(listener), listener])).values()];
}

function fromSs(line: string): Listener[] {
  const [protocol = "", , , , local = "", , ...rest] = line.split(/\s+/);
  if (protocol !== "tcp" && protocol !== "udp") return [];
  const [, address = "", port = ""] = /^(.*):(\d+)$/.exec(local) ?? [];
  if (port === "") return [];
  const process = /\(\("([^"]*)"/.exec(rest.join(" "))?.[1];
  return [
    {
      protocol,
      address: address.replace(/^\[|\]$/g, "").replace(/%.*$/, ""),
      port: Number(port),
      ...(process === undefined ? {} : { process }),
    },
  ];
}

const LISTEN = "0A";

/** A row of /proc/net/tcp: the local address and port in hex are the second field, the state is the fourth. */
function fromKernel(line: string): Listener[] {
  const [, local = "", , state] = line.split(/\s+/);
  const [address = "", port = ""] = local.split(":");
  if (state !== LISTEN || !/^[0-9A-F]{4}$/.test(port)) return [];
  const any = /^0+$/.test(address);
  return [{ protocol: "tcp", address: any ? "*" : address, port: Number.parseInt(port, 16) }];
}

/** Which firewall there is. Tables that Kubernetes and Docker make refuse nothing that comes in. */
export function readFirewall(sections: Sections): HostFacts["firewall"] {
  if (/^Status: active/m.test(sections.get("ufw") ?? "")) return { kind: "ufw", refuses: true };
  if (firstLine(sections, "firewalld") === "active") return { kind: "firewalld", refuses: true };
  const chains = inputChains(sections.get("nft") ?? "").filter(({ table }) => table !== "inet pulumi_akash");
  if (chains.length > 0) return { kind: "nftables", refuses: chains.some(({ drops }) => drops) };
  const rules = lines(sections, "iptables");
  const drops = rules.some((rule) => /^-P INPUT (DROP|REJECT)$/.test(rule));
  return drops || rules.length > 1 ? { kind: "iptables", refuses: drops } : { kind: "none", refuses: false };
}

/** Base chains on the input hook, of what `nft list chains` prints. */
function inputChains(text: string): { readonly table: string; readonly drops: boolean }[] {
  let table = "";
  return text.split("\n").flatMap((line) => {
    table = /^table (\S+ \S+) \{/.exec(line)?.[1] ?? table;
    if (!/type filter hook input /.test(line)) return [];
    return [{ table, drops: /policy drop/.test(line) }];
  });
}

/** Addresses of what `ip -o address` prints, without those of containers. */
export function readAddresses(sections: Sections): string[] {
  return lines(sections, "addresses").flatMap((line) => {
    const [, device = "", address] = /^\d+: (\S+)\s+inet6? ([^/\s]+)/.exec(line) ?? [];
    if (address === undefined || /^(docker|br-|veth|cni|flannel|cali|kube|nerdctl)/.test(device)) return [];
    return [address];
  });
}
