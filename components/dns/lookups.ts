import { createSocket } from "node:dgram";
import { readFile } from "node:fs/promises";
import { BlockList, isIP } from "node:net";
import { networkInterfaces } from "node:os";
import type { AddressLookups } from "./address.ts";

/** Services that answer with the caller's address as text. Two must agree. */
const addressServices: readonly string[] = [
  "https://api.ipify.org",
  "https://checkip.amazonaws.com",
  "https://ipv4.icanhazip.com",
  "https://v4.ident.me",
];

async function askService(url: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(url, { signal });
  const text = (await response.text()).trim();
  if (!response.ok || isIP(text) === 0) throw new Error(`${url} answered no address`);
  return text;
}

/**
 * The address the internet sees: the first that two services agree on, else the only one that any gave.
 *
 * @param services addresses of services that answer with the caller's address
 * @param timeoutMs for all of them together
 * @returns undefined when none answered, or they disagree
 */
export async function lookUpPublicAddress(
  services: readonly string[] = addressServices,
  timeoutMs = 4000,
): Promise<string | undefined> {
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(timeoutMs)]);
  const given = new Map<string, number>();
  const agreed = await new Promise<string | undefined>((resolve) => {
    const asked = services.map(async (url) => {
      const address = await askService(url, signal).catch(() => undefined);
      if (address === undefined) return;
      const count = (given.get(address) ?? 0) + 1;
      given.set(address, count);
      if (count === 2) resolve(address);
    });
    void Promise.all(asked).then(() => resolve(undefined));
  });
  stop.abort();
  const [only, ...others] = given.keys();
  return agreed ?? (others.length === 0 ? only : undefined);
}

const LINK_LOCAL = /^(fe80:|169\.254\.)/i;

/** Addresses of this machine's own interfaces, loopback and link-local left out. */
export function machineAddresses(interfaces = networkInterfaces()): string[] {
  return Object.values(interfaces)
    .flatMap((entries) => entries ?? [])
    .filter(({ internal, address }) => !internal && !LINK_LOCAL.test(address))
    .map(({ address }) => address);
}

/** Hardware address of interfaces that have none, such as those of WireGuard and other tunnels. */
const NO_HARDWARE = "00:00:00:00:00:00";
/**
 * Whether one of the addresses is this machine's, or lies in a network that this machine stands in. What is reached
 * through a tunnel is elsewhere.
 */
export function sharesNetwork(addresses: readonly string[], interfaces = networkInterfaces()): boolean {
  const here = new BlockList();
  for (const { address, cidr, family, internal, mac } of Object.values(interfaces).flatMap(
    (all) => all ?? [],
  )) {
    if (internal || LINK_LOCAL.test(address)) continue;
    const version = family === "IPv6" ? "ipv6" : "ipv4";
    const bits = Number(cidr?.split("/")[1] ?? Number.NaN);
    if (mac === NO_HARDWARE || Number.isNaN(bits)) here.addAddress(address, version);
    else here.addSubnet(address, bits, version);
  }
  return addresses.some((address) => {
    const version = isIP(address);
    return version !== 0 && here.check(address, version === 6 ? "ipv6" : "ipv4");
  });
}

/** The default gateway in the text of Linux's /proc/net/route, where addresses are hex in host order. */
export function gatewayOfRoutes(table: string): string | undefined {
  for (const line of table.split("\n").slice(1)) {
    const [, destination, gateway] = line.split(/\s+/);
    if (destination !== "00000000" || gateway === undefined || !/^[0-9A-F]{8}$/i.test(gateway)) continue;
    return [...Buffer.from(gateway, "hex")].reverse().join(".");
  }
  return undefined;
}

/** The router's outer address by NAT-PMP (RFC 6886, section 3.2), which most home routers answer. */
export function askRouter(gateway: string, port = 5351, timeoutMs = 1000): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    const finish = (address?: string) => {
      clearTimeout(timer);
      socket.close();
      resolve(address);
    };
    const timer = setTimeout(finish, timeoutMs);
    socket.on("error", () => finish());
    socket.on("message", (answer) => {
      const valid = answer.length >= 12 && answer[1] === 128 && answer.readUInt16BE(2) === 0;
      finish(valid ? [...answer.subarray(8, 12)].join(".") : undefined);
    });
    socket.send(Buffer.from([0, 0]), port, gateway);
  });
}

async function wanAddress(): Promise<string | undefined> {
  const table = await readFile("/proc/net/route", "utf8").catch(() => "");
  const gateway = gatewayOfRoutes(table);
  return gateway === undefined ? undefined : askRouter(gateway);
}

/** Look-ups from this machine, which has to stand at the site. */
export const machineLookups: AddressLookups = {
  publicAddress: () => lookUpPublicAddress(),
  localAddresses: () => machineAddresses(),
  wanAddress,
};
