import { firstLine, lines, type Sections } from "./sections.ts";
import { compareReleases } from "./system.ts";
import type { HostFacts } from "./types.ts";

const isActive = (sections: Sections, name: string): boolean => firstLine(sections, name) === "active";

export function readDesktop(sections: Sections): string | undefined {
  const [program] = lines(sections, "commands");
  return program ?? (isActive(sections, "desktop") ? "a display manager" : undefined);
}

export function readDocker(sections: Sections): HostFacts["docker"] {
  return {
    active: isActive(sections, "docker"),
    containers: lines(sections, "containers"),
    nvidiaRuntime: /"nvidia"/.test(sections.get("docker-config") ?? ""),
  };
}

/** `ii` and `hi` (held) packages, `name version`. */
function installed(sections: Sections, name: RegExp): string[] {
  return lines(sections, "packages").flatMap((line) => {
    const [status = "", packageName = "", version = ""] = line.split(/\s+/);
    return /^[hi]i/.test(status) && name.test(packageName) ? [`${packageName} ${version}`] : [];
  });
}

export function readNvidia(sections: Sections): HostFacts["nvidia"] {
  const text = sections.get("nvidia") ?? "";
  const loaded = /Kernel Module(?: for \S+)?\s+(\d[\d.]*)/.exec(text)?.[1];
  return {
    ...(loaded === undefined
      ? {}
      : { loaded, flavour: /Open Kernel Module/.test(text) ? ("open" as const) : ("proprietary" as const) }),
    packages: installed(sections, /^nvidia-(driver|kernel|dkms|headless|utils|fabricmanager)/),
    nouveau: lines(sections, "modules").includes("nouveau"),
  };
}

export function readToolkit(sections: Sections): HostFacts["toolkit"] {
  const version = /version\s+v?(\d[\w.~-]*)/i.exec(sections.get("toolkit") ?? "")?.[1];
  return {
    ...(version === undefined ? {} : { version }),
    containerd: lines(sections, "containerd-configs"),
    cdi: lines(sections, "cdi"),
  };
}

export function readK3s(sections: Sections): HostFacts["k3s"] {
  const version = /^k3s version (\S+)/m.exec(sections.get("k3s-version") ?? "")?.[1];
  const units = (sections.get("k3s-units") ?? "").split(/\n\s*\n/).flatMap((text) => {
    const field = (name: string) => new RegExp(`^${name}=(.*)$`, "m").exec(text)?.[1] ?? "";
    if (field("LoadState") !== "loaded") return [];
    const role = field("Id").startsWith("k3s-agent") ? ("agent" as const) : ("server" as const);
    return [{ role, active: field("ActiveState") === "active" }];
  });
  const unit = units.find(({ active }) => active) ?? units[0];
  const site = firstLine(sections, "k3s-site");
  return {
    ...(version === undefined ? {} : { version }),
    ...(unit === undefined ? {} : { role: unit.role }),
    active: unit?.active ?? false,
    ours: site !== "" || lines(sections, "k3s-ours").length > 0,
    ...(site === "" ? {} : { site }),
    data: lines(sections, "k3s-data").length > 0,
    traefik: lines(sections, "k3s-traefik").length > 0,
  };
}

/** Debian's own mark, or a newer kernel of the running flavour that waits for it. */
export function readReboot(sections: Sections, kernel: HostFacts["kernel"]): HostFacts["reboot"] {
  const [mark, ...packages] = lines(sections, "reboot-required");
  const { newest, release } = kernel;
  const kernelWaits = newest !== undefined && compareReleases(newest, release) > 0;
  return {
    pending: mark !== undefined || kernelWaits,
    packages: [...new Set([...packages, ...(kernelWaits ? [`linux-image-${newest}`] : [])])],
  };
}

export function hasUnattendedUpgrades(sections: Sections): boolean {
  return installed(sections, /^unattended-upgrades$/).length > 0;
}
