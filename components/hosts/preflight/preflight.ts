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
