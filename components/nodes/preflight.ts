import { describeProblem, HostsUnfit, preflightHosts } from "../hosts/preflight/preflight.ts";
import type { InspectedHost, Problem } from "../hosts/preflight/types.ts";
import { nameOf } from "../hosts/ssh.ts";
import { K3sError } from "../k3s/errors.ts";
import { planCluster } from "../k3s/planCluster.ts";
import type { NodesDeclaration, ObservedNodes } from "./types.ts";

/**
 * What does not fit about the machines, before anything is changed.
 *
 * @returns what works but not as it should, and what the plan has to say, one sentence each
 * @throws HostsUnfit with every problem of every machine
 */
export function checkNodes(declaration: NodesDeclaration, observed: ObservedNodes): string[] {
  const { site, k3s } = declaration;
  const plan = planCluster(site, observed.k3sMachines, k3s, observed.running);
  const problems = problemsOf(declaration, observed, new Set(plan.servers.map(({ node }) => node)));
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new HostsUnfit(errors);
  const silent = observed.machines.filter((machine) => machine.silent !== undefined);
  return [
    ...silent.map((machine) => `${machine.name} is left as it is: ${machine.silent}`),
    ...problems.map((problem) => describeProblem(problem).replace(/^- /, "")),
    ...observed.problems.map(({ message }) => message),
    ...plan.notes,
  ];
}

/** What `checkNodes` would refuse, for a run that cannot go on anyway: some machines may not have been read. */
export function errorsOf(
  declaration: NodesDeclaration,
  observed: Pick<ObservedNodes, "expected" | "k3sMachines" | "machines" | "running">,
): Problem[] {
  const { site, k3s } = declaration;
  const planned: Problem[] = [];
  let servers: readonly string[] = [];
  try {
    servers = planCluster(site, observed.k3sMachines, k3s, observed.running).servers.map(({ node }) => node);
  } catch (error) {
    if (!(error instanceof K3sError)) throw error;
    planned.push({ severity: "error", problem: error.message, remedy: "" });
  }
  const found = problemsOf(declaration, observed, new Set(servers));
  return [...planned, ...found.filter(({ severity }) => severity === "error")];
}

function problemsOf(
  { site, hosts }: NodesDeclaration,
  { machines, k3sMachines, expected }: Pick<ObservedNodes, "expected" | "k3sMachines" | "machines">,
  servers: ReadonlySet<string>,
): Problem[] {
  const alone = k3sMachines.length === 1;
  const inspected = machines.map(
    ({ name, address, facts, driver, declared }): InspectedHost => ({
      name: address.host === "local" ? "this machine" : nameOf(address),
      facts,
      role: alone ? "both" : servers.has(name) ? "server" : "agent",
      gpu: driver !== undefined || (declared.gpu !== "none" && expected.some(({ node }) => node === name)),
    }),
  );
  // What a machine that does not answer was like counts for the site's size; nothing can be done about it now.
  const silent = inspected.filter((_, index) => machines[index]?.silent !== undefined);
  return preflightHosts(inspected, { site, audit: hosts.audit, firewall: hosts.firewall !== false }).filter(
    ({ host }) => silent.every(({ name }) => name !== host),
  );
}
