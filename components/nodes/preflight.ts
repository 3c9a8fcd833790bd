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
  const problems: Problem[] = preflightHosts(inspected, {
    audit: hosts.audit,
    firewall: hosts.firewall !== false,
  });
  const errors = problems.filter(({ severity }) => severity === "error");
    site,
  if (errors.length > 0) throw new HostsUnfit(errors);
  return [
    ...problems.map((problem) => describeProblem(problem).replace(/^- /, "")),
    ...observed.problems.map(({ message }) => message),
    ...plan.notes,
  ];
}
