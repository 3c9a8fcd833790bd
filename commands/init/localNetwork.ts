import { execFile } from "node:child_process";
import { createSocket } from "node:dgram";
import { resolveNs } from "node:dns/promises";
import { promisify } from "node:util";
import { isCarrierAddress } from "../../components/dns/address.ts";
import { machineLookups } from "../../components/dns/lookups.ts";
import type { NetworkFacts } from "./reach.ts";

const run = promisify(execFile);

/** Any address far away; nothing but the way to it is of interest. */
const FAR_AWAY = "1.1.1.1";
const HOPS = "4";
const PATH_TIMEOUT_MS = 8_000;

/** Looks at this machine's network; whatever cannot be found out is left out. */
export async function readNetwork(): Promise<NetworkFacts> {
  const [publicAddress, routerAddress, hops, lanAddress] = await Promise.all([
    machineLookups.publicAddress(),
    machineLookups.wanAddress(),
    pathOut(),
    uplinkAddress(),
  ]);
  // A router that tells its address is believed; some providers number their own routers from the shared range.
  const lineAddress = routerAddress ?? hops.find(isCarrierAddress);
  return {
    localAddresses: machineLookups.localAddresses(),
    ...(lanAddress === undefined ? {} : { lanAddress }),
    ...(publicAddress === undefined ? {} : { publicAddress }),
    ...(lineAddress === undefined ? {} : { lineAddress }),
  };
}

/** The address this machine goes out with. Connecting a datagram socket sends nothing. */
async function uplinkAddress(): Promise<string | undefined> {
  const socket = createSocket("udp4");
  try {
    return await new Promise<string | undefined>((resolve) => {
      socket.once("error", () => resolve(undefined));
      socket.connect(53, FAR_AWAY, () => resolve(socket.address().address));
    });
  } finally {
    socket.close();
  }
}

/** Addresses of the first routers on the way out, by whichever program is installed. */
async function pathOut(): Promise<string[]> {
  const programs: [string, string[]][] = [
    ["traceroute", ["-n", "-q", "1", "-w", "1", "-m", HOPS, FAR_AWAY]],
    ["tracepath", ["-n", "-m", HOPS, FAR_AWAY]],
  ];
  for (const [program, options] of programs) {
    const output = await run(program, options, { timeout: PATH_TIMEOUT_MS }).catch(() => undefined);
    if (output !== undefined) return parsePath(output.stdout);
  }
  return [];
}

/** The addresses in the output of traceroute or tracepath, in their order, each once. */
export function parsePath(output: string): string[] {
  const hops = output
    .split("\n")
    .flatMap((line) => /^\s*\d+\??:?\s+(\d+\.\d+\.\d+\.\d+)/.exec(line)?.[1] ?? []);
  return [...new Set(hops)];
}

/** The zone a domain lies in, and who serves it. */
export interface Zone {
  readonly name: string;
  readonly servers: readonly string[];
}

/**
 * The zone of a domain: its own, or that of the nearest parent that has name servers.
 *
 * @param resolve another one in tests
 */
export async function zoneOf(
  domain: string,
  resolve: (name: string) => Promise<string[]> = resolveNs,
): Promise<Zone | undefined> {
  const labels = domain.split(".");
  for (let first = 0; first < labels.length - 1; first++) {
    const name = labels.slice(first).join(".");
    const servers = await resolve(name).catch(() => []);
    if (servers.length > 0) return { name, servers };
  }
  return undefined;
}
