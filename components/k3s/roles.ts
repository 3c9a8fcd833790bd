import type { Datastore, NodeRole } from "./binary.ts";
import { RolesImpossible } from "./errors.ts";

/** A machine as far as its role depends on it. */
export interface RoleCandidate {
  readonly name: string;
  readonly role: "auto" | NodeRole;
  readonly gpu: boolean;
}

export interface RolePlan {
  /** Role of every machine, in the order of the declaration. */
  readonly roles: Readonly<Record<string, NodeRole>>;
  /** Servers in the order in which they are set up; the first makes the cluster. */
  readonly servers: readonly string[];
  readonly agents: readonly string[];
  readonly datastore: Datastore;
  /** What a person should know, one sentence each. */
  readonly notes: readonly string[];
}

/** Machines from which five servers are worth their cost. */
const MACHINES_FOR_FIVE = 10;

/**
 * Which machines are servers.
 *
 * - A declared role wins.
 * - A machine that runs keeps its role: neither is a server made an agent, nor an agent a server, without being
 *   asked, since either means emptying the machine.
 * - Otherwise there are 1 server (up to two machines), 3, or 5 (from ten machines on, where five have no GPU): an
 *   odd count, as an even one stands no more failures than the odd one below it.
 * - Machines without a GPU come first, in the order of the declaration.
 *
 * @param running roles of the nodes that are there, by name
 * @param datastore of the cluster that is there; etcd stays etcd
 * @throws RolesImpossible
 */
export function planRoles(
  machines: readonly RoleCandidate[],
  running: Readonly<Record<string, NodeRole>> = {},
  datastore: Datastore = "sqlite",
): RolePlan {
  refuseImpossible(machines);
  const settled = (machine: RoleCandidate): NodeRole | undefined =>
    machine.role === "auto" ? running[machine.name] : machine.role;
  const fixed = machines.filter((machine) => settled(machine) === "server");
  const open = machines.filter((machine) => settled(machine) === undefined);
  const candidates = [...open.filter(({ gpu }) => !gpu), ...open.filter(({ gpu }) => gpu)];
  const count = serverCount(machines, fixed.length, candidates.length);
  const chosen = new Set([...fixed, ...candidates.slice(0, Math.max(0, count - fixed.length))]);
  if (chosen.size === 0) {
    throw new RolesImpossible(
      "No machine would be a server, and a cluster needs one. Set `role: server` on one of `nodes`.",
    );
  }
  const servers = inSetUpOrder([...chosen], running);
  const agents = machines.filter((machine) => !chosen.has(machine)).map(({ name }) => name);
  return {
    roles: Object.fromEntries(machines.map((m) => [m.name, chosen.has(m) ? "server" : "agent"])),
    servers,
    agents,
    datastore: servers.length > 1 ? "etcd" : datastore,
    notes: notesOn(servers, machines, running),
  };
}

function refuseImpossible(machines: readonly RoleCandidate[]): void {
  const names = machines.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new RolesImpossible(`Two of \`nodes\` are named ${twice}. Give one of them another \`name\`.`);
  }
  if (machines.length === 0) {
    throw new RolesImpossible("`nodes` is empty. List at least one machine.");
  }
  const declared = machines.filter(({ role }) => role === "server");
  const open = machines.some(({ role }) => role === "auto");
  if (!open && declared.length > 0 && declared.length % 2 === 0) {
    throw new RolesImpossible(
      `${declared.length} of \`nodes\` are declared servers: with an even count the loss of one half stops the cluster. Declare ${declared.length - 1} or ${declared.length + 1}, or leave one \`role\` at auto.`,
    );
  }
}

/** An odd count that can be reached with what is open; what is fixed is never fewer. */
function serverCount(machines: readonly RoleCandidate[], fixed: number, open: number): number {
  const plain = machines.filter(({ gpu }) => !gpu).length;
  const wanted = machines.length < 3 ? 1 : machines.length >= MACHINES_FOR_FIVE && plain >= 5 ? 5 : 3;
  const least = Math.max(wanted, fixed);
  const odd = least % 2 === 1 ? least : least + 1;
  const reachable = fixed + open;
  if (odd <= reachable) return odd;
  const below = reachable % 2 === 1 ? reachable : reachable - 1;
  return Math.max(fixed, below);
}

/** Running servers come first: the cluster is theirs. */
function inSetUpOrder(
  servers: readonly RoleCandidate[],
  running: Readonly<Record<string, NodeRole>>,
): string[] {
  const isRunning = ({ name }: RoleCandidate) => running[name] === "server";
  return [...servers.filter(isRunning), ...servers.filter((machine) => !isRunning(machine))].map(
    ({ name }) => name,
  );
}

function notesOn(
  servers: readonly string[],
  machines: readonly RoleCandidate[],
  running: Readonly<Record<string, NodeRole>>,
): string[] {
  const notes: string[] = [];
  if (servers.length % 2 === 0) {
    notes.push(
      `There are ${servers.length} servers, which stand no more failures than ${servers.length - 1}: add a machine, or set \`role: server\` on an agent.`,
    );
  }
  if (servers.length === 1 && machines.length >= 3) {
    notes.push(
      "There is one server for several machines: when it fails, nothing new starts until it is back. Set `role: server` on two more.",
    );
  }
  for (const { name, role } of machines) {
    if (role !== "auto" && running[name] !== undefined && running[name] !== role) {
      notes.push(`${name} is emptied and set up again, since it is to be ${role} and is ${running[name]}.`);
    }
  }
  return notes;
}
