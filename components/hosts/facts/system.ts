import { assignments, firstLine, lines, type Sections } from "./sections.ts";
import type { HostFacts, HostPciDevice } from "./types.ts";

export function readOs(sections: Sections): HostFacts["os"] {
  const release = assignments(sections, "os-release");
  return {
    id: release["ID"] ?? "unknown",
    version: release["VERSION_ID"] ?? "",
    codename: release["VERSION_CODENAME"] ?? "",
    name: release["PRETTY_NAME"] ?? release["ID"] ?? "unknown",
  };
}

export function readKernel(sections: Sections): HostFacts["kernel"] {
  const [, release = "", architecture = ""] = firstLine(sections, "kernel").split(/\s+/);
  const installed = lines(sections, "kernels")
    .map((path) => path.replace(/^.*\/vmlinuz-/, ""))
    .filter((name) => /^\d/.test(name));
  const newest = installed.sort(compareReleases).at(-1);
  return { release, architecture, flavour: flavourOf(release), ...(newest === undefined ? {} : { newest }) };
}

/** `6.11.0-1016-oem` has the flavour `oem`, `6.1.0-18-amd64` has `amd64`, `6.18.44` has none. */
export function flavourOf(release: string): string {
  return /^[\d.]+(?:[-+~][\d.]+)*-([a-z][a-z0-9-]*)$/i.exec(release)?.[1] ?? "";
}

/** Orders releases by their numbers, one after the other. */
export function compareReleases(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

const numbersOf = (release: string): number[] => (release.match(/\d+/g) ?? []).map(Number);

const VENDORS: Readonly<Record<string, "amd" | "intel">> = { AuthenticAMD: "amd", GenuineIntel: "intel" };

export function readCpu(sections: Sections, architecture: string): HostFacts["cpu"] {
  const text = sections.get("cpu") ?? "";
  const field = (name: string) => new RegExp(`^${name}\\s*:\\s*(.+)$`, "m").exec(text)?.[1]?.trim();
  const vendor = architecture === "aarch64" ? "arm" : VENDORS[field("vendor_id") ?? ""];
  return {
    threads: Number(firstLine(sections, "cpus")) || 0,
    model: field("model name") ?? "unknown",
    ...(vendor === undefined ? {} : { vendor }),
  };
}

/** A value of /proc/meminfo, in bytes. */
export function memory(sections: Sections, name: string): number {
  const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(sections.get("memory") ?? "")?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

export function readSwap(sections: Sections): HostFacts["swap"] {
  const devices = lines(sections, "swaps")
    .slice(1)
    .flatMap((line) => line.split(/\s+/, 1));
  return { bytes: devices.length === 0 ? 0 : memory(sections, "SwapTotal"), devices };
}

export function readPci(sections: Sections): HostPciDevice[] {
  return lines(sections, "pci").flatMap((line) => {
    const [slot = "", deviceClass = "", vendor = "", device = "", driver = "-", ...rest] = line.split(" ");
    if (![deviceClass, vendor, device].every((id) => /^[0-9a-f]{4,6}$/.test(id))) return [];
    const [board, model, display] = rest.map((value) => value.replace(/^0x/, ""));
    return [
      {
        slot: slot.replace(/^0000:/, ""),
        deviceClass: deviceClass.slice(0, 4),
        vendor,
        device,
        name: "",
        ...(board === undefined || board === "-" ? {} : { subsystem: `${board}:${model}` }),
        ...(driver === "-" ? {} : { driver }),
        bootDisplay: display === "1",
      },
    ];
  });
}

/** @param askedAt the middle of the exchange on this machine's clock, in seconds since 1970 */
export function readClock(sections: Sections, askedAt: number): HostFacts["clock"] {
  const state = assignments(sections, "clock");
  const names = ["systemd-timesyncd", "chrony", "chrony", "ntp", "ntpsec"];
  const active = lines(sections, "clock-services").indexOf("active");
  const service = names[active];
  // Chrony's own word: a synchronized clock has a reference, its third field is the stratum.
  const tracked = Number(firstLine(sections, "chrony").split(",")[2] ?? 0) > 0;
  return {
    synchronized: state["NTPSynchronized"] === "yes" || tracked,
    ...(service === undefined ? {} : { service }),
    aheadSeconds: (Number(firstLine(sections, "time")) || askedAt) - askedAt,
  };
}
