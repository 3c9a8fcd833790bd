import { z } from "zod";
import { onHost } from "../connect.ts";
import { LocalExecutor } from "../local.ts";
import { hostScript } from "../script.ts";
import { Session } from "../session.ts";
import type { Host, HostAddress } from "../types.ts";
import { readDisks, readSpace } from "./disks.ts";
import { readAddresses, readFirewall, readListeners } from "./network.ts";
import {
  hasUnattendedUpgrades,
  readDesktop,
  readDocker,
  readK3s,
  readNvidia,
  readReboot,
  readToolkit,
} from "./programs.ts";
import { firstLine, parseSections } from "./sections.ts";
import { memory, readClock, readCpu, readKernel, readOs, readPci, readSwap } from "./system.ts";
import { type HostFacts, hostFacts } from "./types.ts";

const factsScript = hostScript("hosts/scripts/facts.sh", {
  step: "reading of its facts",
  facts: z.object({ sections: z.string() }),
  readOnly: true,
});

const FACTS_SECONDS = 30;

/** Reads a machine's facts in one exchange. */
export function readHostFacts(address: HostAddress): Promise<HostFacts> {
  return onHost(address, readFacts);
}

/**
 * What this machine tells whoever runs the program, without `sudo`; undefined where it is no Linux machine that the
 * script understands.
 */
export async function readFactsHere(): Promise<HostFacts | undefined> {
  return readFacts(new Session(new LocalExecutor(undefined, true))).catch(() => undefined);
}

/** The same over a connection that is open. */
export async function readFacts(host: Host): Promise<HostFacts> {
  const started = Date.now();
  const { sections } = await host.script(factsScript, {}, { timeoutSeconds: FACTS_SECONDS });
  const askedAt = (started + Date.now()) / 2000;
  return factsFrom(Buffer.from(sections, "base64").toString("utf8"), askedAt);
}

/**
 * Makes sense of what `scripts/facts.sh` printed.
 *
 * @param askedAt the middle of the exchange on this machine's clock, in seconds since 1970
 */
export function factsFrom(text: string, askedAt: number): HostFacts {
  const sections = parseSections(text);
  const kernel = readKernel(sections);
  const desktop = readDesktop(sections);
  return hostFacts.parse({
    hostname: firstLine(sections, "hostname"),
    bootId: firstLine(sections, "boot-id"),
    os: readOs(sections),
    kernel,
    cpu: readCpu(sections, kernel.architecture),
    memoryBytes: memory(sections, "MemTotal"),
    swap: readSwap(sections),
    addresses: readAddresses(sections),
    disks: readDisks(sections),
    space: readSpace(sections),
    pci: readPci(sections),
    clock: readClock(sections, askedAt),
    listeners: readListeners(sections),
    firewall: readFirewall(sections),
    firmware: firstLine(sections, "firmware") === "efi" ? "efi" : "bios",
    secureBoot: firstLine(sections, "secure-boot") === "1",
    virtualization: firstLine(sections, "virtualization") || "none",
    ...(desktop === undefined ? {} : { desktop }),
    docker: readDocker(sections),
    cgroup: firstLine(sections, "cgroup") === "cgroup2fs" ? "v2" : "v1",
    nvidia: readNvidia(sections),
    toolkit: readToolkit(sections),
    k3s: readK3s(sections),
    reboot: readReboot(sections, kernel),
    unattendedUpgrades: hasUnattendedUpgrades(sections),
  });
}
