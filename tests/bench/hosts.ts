import type { HostAddress } from "../../components/hosts/types.ts";
import { planCluster } from "../../components/k3s/planCluster.ts";
import { preparationFor } from "../../components/nodes/machines.ts";
import { hostsUnavailable, type Lab, rootOf, startLab } from "../support/hosts/index.ts";
import { openProgram, type TestProgram } from "../support/program.ts";
import { declarationOf, siteMachine } from "../unit/nodes/machine.ts";
import { median } from "./measure.ts";

const machines = 4;
const addressesEach = 5;

/** A change that the engine announces in a preview. */
interface Step {
  readonly op: string;
}

/**
 * What a refresh of machines that are as declared costs beyond that of a program without any, of one and of twenty,
 * and what a twenty-first touches: one in the network of the others, and one with a public address. Twenty addresses
 * on four machines: that many do not fit onto one, and what is read of an address is read anew.
 */
export async function timeHosts(runs: number) {
  const skipped = await hostsUnavailable();
  if (skipped !== undefined) return { skipped };
  const [lab, program] = await Promise.all([
    startLab({ count: machines, extraAddresses: addressesEach - 1 }),
    openProgram(),
  ]);
  /** Seconds of a refresh of these machines, once they are as declared. */
  const timed = async (addresses: readonly HostAddress[]) => {
    declare(program, addresses);
    await program.succeeds("up", "--yes", "--skip-preview");
    return refreshes(program, runs);
  };
  /** How many preparations change when one machine joins the twenty that are there. */
  const touchedBy = async (host: string) => {
    declare(program, [...twenty, { host }]);
    const preview = JSON.parse(await program.succeeds("preview", "--refresh", "--run-program", "--json")) as {
      steps: readonly Step[];
    };
    return preview.steps.filter(({ op }) => op !== "same" && op !== "refresh").length;
  };
  const twenty = addressesOf(lab);
  try {
    const without = await timed([]);
    const one = await timed(twenty.slice(0, 1));
    const all = await timed(twenty);
    return {
      machines,
      addresses: twenty.length,
      refresh: { without, one, all },
      secondsPerHost: one - without,
      secondsBeyond: all - without,
      addNode: {
        // In the last quarter of the network, where the lab puts nothing.
        preparationsTouched: await touchedBy(lab.gateway.replace(/\d+$/, "221")),
        nodesTouched: nodesTouched(),
        // Its neighbours are strangers: the others open their ports to this one address.
        preparationsTouchedByPublicAddress: await touchedBy("203.0.113.21"),
      },
      target: { secondsPerHost: 2, secondsBeyond: 5, preparationsTouched: 1, nodesTouched: 1 },
    };
  } finally {
    program.remove();
    await lab.stop();
  }
}

function addressesOf(lab: Lab): HostAddress[] {
  return lab.hosts.flatMap((host) => host.addresses.map((each) => ({ ...rootOf(host), host: each })));
}

/** Preparations as a site declares them, each machine known to the firewalls of all. */
function declare(program: TestProgram, addresses: readonly HostAddress[]): void {
  const nodes = addresses.map((address) => siteMachine(address.host, {}, { address }));
  const site = declarationOf(nodes.map(({ declared }) => declared));
  const args = nodes.map((node) => ({ address: node.address, options: preparationFor(node, nodes, site) }));
  program.declare(`
import { HostPreparation } from "pulumi-akash/providers/hosts/HostPreparation";
const machines = ${JSON.stringify(args)};
machines.forEach((args, index) => new HostPreparation("host-" + index, args));
`);
}

async function refreshes(program: TestProgram, runs: number): Promise<number> {
  const seconds: number[] = [];
  for (let run = 0; run < runs; run++) {
    const started = performance.now();
    await program.succeeds("preview", "--refresh", "--run-program", "--expect-no-changes");
    seconds.push((performance.now() - started) / 1000);
  }
  return median(seconds);
}

/** How many of a cluster's nodes are declared otherwise, or for the first time, when a twenty-first machine joins. */
function nodesTouched(): number {
  const list = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ address: { host: `198.51.100.${index + 1}` } }));
  const before = planCluster("bench", list(20));
  const roles = Object.fromEntries(
    [...before.servers, ...before.agents].map(({ node, role }) => [node, role]),
  );
  const after = planCluster("bench", list(21), {}, { roles, datastore: "etcd" });
  const known = new Set([...before.servers, ...before.agents].map((node) => JSON.stringify(node)));
  return [...after.servers, ...after.agents].filter((node) => !known.has(JSON.stringify(node))).length;
}
