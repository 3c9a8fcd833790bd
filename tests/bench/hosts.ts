import { planCluster } from "../../components/k3s/planCluster.ts";
import { hostsUnavailable, type Lab, rootOf, startLab } from "../support/hosts/index.ts";
import { openProgram, type TestProgram } from "../support/program.ts";
import { median } from "./measure.ts";

const machines = 4;
const addressesEach = 5;

/** A change that the engine announces in a preview. */
interface Step {
  readonly op: string;
}

/**
 * What a refresh of twenty machines that are as declared costs beyond that of a program without any, and what a
 * twenty-first touches. Twenty addresses on four machines: that many do not fit onto one, and what is read of an
 * address is read anew.
 */
export async function timeHosts(runs: number) {
  const skipped = await hostsUnavailable();
  if (skipped !== undefined) return { skipped };
  const [lab, program] = await Promise.all([
    startLab({ count: machines, extraAddresses: addressesEach - 1 }),
    openProgram(),
  ]);
  try {
    const twenty = addressesOf(lab);
    declare(program, []);
    await program.succeeds("up", "--yes", "--skip-preview");
    const without = await refreshes(program, runs);
    declare(program, twenty);
    await program.succeeds("up", "--yes", "--skip-preview");
    const withHosts = await refreshes(program, runs);
    declare(program, [...twenty, { host: "192.0.2.21" }]);
    const preview = JSON.parse(await program.succeeds("preview", "--refresh", "--run-program", "--json")) as {
      steps: readonly Step[];
    };
    return {
      machines,
      addresses: twenty.length,
      refresh: { without, with: withHosts },
      secondsBeyond: withHosts - without,
      addNode: {
        preparationsTouched: preview.steps.filter(({ op }) => op !== "same" && op !== "refresh").length,
        nodesTouched: nodesTouched(),
      },
      target: { secondsBeyond: 5, preparationsTouched: 1, nodesTouched: 1 },
    };
  } finally {
    program.remove();
    await lab.stop();
  }
}

function addressesOf(lab: Lab): object[] {
  return lab.hosts.flatMap((host) => host.addresses.map((each) => ({ ...rootOf(host), host: each })));
}

function declare(program: TestProgram, addresses: readonly object[]): void {
  program.declare(`
import { HostPreparation } from "pulumi-akash/providers/hosts/HostPreparation";
const addresses = ${JSON.stringify(addresses)};
addresses.forEach((address, index) => new HostPreparation("host-" + index, { address }));
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
