import { describeProblem, HostsUnfit, preflightHosts } from "../hosts/preflight/preflight.ts";
import type { InspectedHost, Problem } from "../hosts/preflight/types.ts";
import { nameOf } from "../hosts/ssh.ts";
import { planCluster } from "../k3s/planCluster.ts";
import type { NodesDeclaration, ObservedNodes } from "./types.ts";

/**
 * What does not fit about the machines, before anything is changed.
 *
 * @returns what works but not as it should, and what the plan has to say, one sentence each
 * @throws HostsUnfit with every problem of every machine
 */
export function checkNodes(declaration: NodesDeclaration, observed: ObservedNodes): string[] {
  const { site, k3s, hosts } = declaration;
  const plan = planCluster(site, observed.k3sMachines, k3s, observed.running);
  const servers = new Set(plan.servers.map(({ node }) => node));
  const alone = observed.machines.length === 1;
  const inspected = observed.machines.map(
    ({ name, address, facts, driver, declared }): InspectedHost => ({
      name: address.host === "local" ? "this machine" : nameOf(address),
      facts,
      role: alone ? "both" : servers.has(name) ? "server" : "agent",
      gpu:
        driver !== undefined ||
        (declared.gpu !== "none" && observed.expected.some(({ node }) => node === name)),
    }),
  );
  // What a machine that does not answer was like counts for the site's size; nothing can be done about it now.
  const silent = observed.machines.flatMap((machine, index) =>
    machine.silent === undefined ? [] : [{ ...machine, shown: inspected[index]?.name }],
  );
  const problems: Problem[] = preflightHosts(inspected, {
    site,
    audit: hosts.audit,
    firewall: hosts.firewall !== false,
  }).filter(({ host }) => silent.every(({ shown }) => shown !== host));
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new HostsUnfit(errors);
  return [
    ...silent.map((machine) => `${machine.name} is left as it is: ${machine.silent}`),
    ...problems.map((problem) => describeProblem(problem).replace(/^- /, "")),
    ...observed.problems.map(({ message }) => message),
    ...plan.notes,
  ];
}
