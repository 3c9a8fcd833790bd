import { isDeepStrictEqual } from "node:util";
import { CLOSED } from "./firewall.ts";
import type { Firewall, Preparation, Step, StepId } from "./types.ts";

/**
 * The steps that bring a machine from what was found to what is wanted, in their order. None where nothing
 * differs: a second run does nothing.
 */
export function planPreparation(found: Preparation, wanted: Preparation): Step[] {
  return STEPS.flatMap(({ id, words }) => {
    const text = words(found, wanted);
    return text === undefined ? [] : [{ id, words: text }];
  });
}

/** A machine on which nothing was done yet. */
export const UNPREPARED: Preparation = {
  packages: [],
  sysctl: {},
  swap: "kept",
  clock: "unmanaged",
  journalLimit: "",
  heldFromUpgrades: [],
  nouveau: "unmanaged",
  firewall: { state: "off", ...CLOSED },
  ssh: "unmanaged",
};

interface Planner {
  readonly id: StepId;
  /** What has to be done; undefined when nothing has to. */
  readonly words: (found: Preparation, wanted: Preparation) => string | undefined;
}

const STEPS: readonly Planner[] = [
  { id: "packages", words: packages },
  {
    id: "clock",
    words: (found, wanted) =>
      wanted.clock !== "unmanaged" && found.clock !== wanted.clock
        ? "let a service keep the clock"
        : undefined,
  },
  {
    id: "swap",
    words: (found, wanted) => (wanted.swap === "off" && found.swap !== "off" ? "turn swap off" : undefined),
  },
  { id: "sysctl", words: sysctl },
  {
    id: "journal",
    words: (found, wanted) =>
      found.journalLimit === wanted.journalLimit
        ? undefined
        : wanted.journalLimit === ""
          ? "no longer limit the journal"
          : `keep the journal below ${wanted.journalLimit}`,
  },
  {
    id: "upgrades",
    words: (found, wanted) =>
      isDeepStrictEqual(found.heldFromUpgrades, wanted.heldFromUpgrades)
        ? undefined
        : "keep unattended upgrades away from driver and kernel",
  },
  {
    id: "nouveau",
    words: (found, wanted) =>
      found.nouveau === wanted.nouveau
        ? undefined
        : wanted.nouveau === "off"
          ? "keep the nouveau driver away from the GPU"
          : "let the nouveau driver load again",
  },
  { id: "firewall", words: firewall },
  {
    id: "ssh",
    words: (found, wanted) =>
      found.ssh === wanted.ssh
        ? undefined
        : wanted.ssh === "hardened"
          ? "let SSH accept keys only"
          : "take our SSH settings away",
  },
];

function packages(found: Preparation, wanted: Preparation): string | undefined {
  const missing = wanted.packages.filter((name) => !found.packages.includes(name));
  return missing.length === 0 ? undefined : `install ${missing.join(", ")}`;
}

function sysctl(found: Preparation, wanted: Preparation): string | undefined {
  const changed = Object.entries(wanted.sysctl).filter(([name, value]) => found.sysctl[name] !== value);
  const dropped = Object.keys(found.sysctl).filter((name) => !(name in wanted.sysctl));
  if (changed.length === 0 && dropped.length === 0) return undefined;
  const set = changed.map(([name, value]) => `${name} to ${value}`);
  return [
    ...(set.length > 0 ? [`set ${set.join(", ")}`] : []),
    ...dropped.map((name) => `no longer set ${name}`),
  ].join("; ");
}

function firewall({ firewall: found }: Preparation, { firewall: wanted }: Preparation): string | undefined {
  if (wanted.state === "unmanaged") {
    const nothing = found.state === "unmanaged" || (found.state === "off" && found.open.length === 0);
    return nothing ? undefined : "take our firewall rules away";
  }
  if (isDeepStrictEqual(found, wanted)) return undefined;
  if (found.state === "off") return `turn the firewall on: ${opened(wanted)}`;
  if (found.state === "edited") return "put the edited firewall rules right";
  if (found.state === "not kept") return "keep the firewall over a reboot";
  return `change the firewall: ${opened(wanted)}`;
}

function opened({ open, operators, operatorPorts, nodes }: Firewall): string {
  const who = operators.length === 0 ? "everybody" : operators.join(", ");
  const between = nodes.length === 0 ? "" : `, the nodes' ports for ${nodes.join(", ")}`;
  return `${open.join(", ")} for everybody, ${operatorPorts.join(", ")} for ${who}${between}`;
}
