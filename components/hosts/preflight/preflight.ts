import { HostError } from "../errors.ts";
import { readHostFacts } from "../facts/facts.ts";
import { nameOf } from "../ssh.ts";
import type { HostAddress } from "../types.ts";
import { checkDesktop, checkDocker, checkFirewall, checkForeignCluster, checkPorts } from "./occupied.ts";
import { checkAuditSize, checkFreeSpace, checkSize } from "./sizes.ts";
import {
  checkCgroup,
  checkClock,
  checkKernel,
  checkRestart,
  checkSecureBoot,
  checkSystem,
  checkVirtualization,
} from "./system.ts";
import type { HostCheck, InspectedHost, PreflightWanted, Problem } from "./types.ts";

const CHECKS: readonly HostCheck[] = [
  checkSystem,
  checkVirtualization,
  checkCgroup,
  checkSize,
  checkFreeSpace,
  checkKernel,
  checkSecureBoot,
  checkClock,
  checkForeignCluster,
  checkPorts,
  checkFirewall,
  checkDocker,
  checkDesktop,
  checkRestart,
];

/** Everything about the machines that does not fit, at once. Errors come first. */
export function preflightHosts(hosts: readonly InspectedHost[], wanted: PreflightWanted = {}): Problem[] {
  const single = hosts.flatMap((host) =>
    CHECKS.flatMap((check) =>
      check(host, wanted).map((problem): Problem => ({ host: host.name, ...problem })),
    ),
  );
  const all = [...single, ...sameTwice(hosts), ...(wanted.audit ? checkAuditSize(hosts) : [])];
  return [
    ...all.filter(({ severity }) => severity === "error"),
    ...all.filter(({ severity }) => severity !== "error"),
  ];
}

/** One machine under two addresses, and two that call themselves the same: nodes are known by their hostname. */
function sameTwice(hosts: readonly InspectedHost[]): Problem[] {
  const problems: Problem[] = [];
  for (const [index, { name, facts }] of hosts.entries()) {
    for (const other of hosts.slice(index + 1)) {
      if (facts.bootId !== "" && facts.bootId === other.facts.bootId) {
        const problem = `${name} and ${other.name} are the same machine.`;
        problems.push({ severity: "error", problem, remedy: "Name it once." });
      } else if (facts.hostname === other.facts.hostname) {
        const problem = `${name} and ${other.name} both call themselves ${facts.hostname}.`;
        const remedy = "Give one another name with `hostnamectl set-hostname NAME`.";
        problems.push({ severity: "error", problem, remedy });
      }
    }
  }
  return problems;
}

/** A machine to be inspected. */
export interface HostToInspect {
  readonly address: HostAddress;
  readonly role: InspectedHost["role"];
  readonly gpu: boolean;
}

export interface Inspection {
  /** The machines that answered. */
  readonly hosts: readonly InspectedHost[];
  readonly problems: readonly Problem[];
}

/**
 * Reads the facts of all machines at the same time and says all that is wrong: with those that do not answer, and
 * with those that do. Changes nothing.
 */
export async function inspectHosts(
  machines: readonly HostToInspect[],
  wanted: PreflightWanted = {},
): Promise<Inspection> {
  const seen = await Promise.all(
    machines.map(async ({ address, role, gpu }): Promise<InspectedHost | Problem> => {
      const name = address.host === "local" ? "this machine" : nameOf(address);
      try {
        return { name, facts: await readHostFacts(address), role, gpu };
      } catch (error) {
        if (!(error instanceof HostError)) throw error;
        return { host: name, severity: "error", problem: error.message, remedy: "" };
      }
    }),
  );
  const hosts = seen.filter((found): found is InspectedHost => "facts" in found);
  const silent = seen.filter((found): found is Problem => "problem" in found);
  return { hosts, problems: [...silent, ...preflightHosts(hosts, wanted)] };
}

/** Machines that cannot be used as they are, all of them and all that is wrong. */
export class HostsUnfit extends Error {
  override readonly name = "HostsUnfit";
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super(
      `Nothing was changed. The machines cannot be used as they are:\n${problems.map(describeProblem).join("\n")}`,
    );
    this.problems = problems;
  }
}

/** One line for a person. */
export function describeProblem({ host, problem, remedy }: Problem): string {
  const where = host === undefined || problem.includes(host) ? "" : `${host}: `;
  return `- ${where}${problem}${remedy === "" ? "" : ` ${remedy}`}`;
}
