import type { HostAddress } from "../hosts/types.ts";
import { NoServerAnswers } from "./errors.ts";
import { readMachineYaml } from "./machineYaml.ts";
import { readFacts } from "./observeNode.ts";

/**
 * Which machines are servers, the one that made the cluster first. Asked over SSH, so that it is known while no API
 * server runs.
 *
 * @throws NoServerAnswers when none of them is one
 */
export async function findServers(
  machines: readonly HostAddress[],
  dataDir: string,
): Promise<readonly HostAddress[]> {
  const found = await Promise.allSettled(
    machines.map(async (address) => {
      const facts = await readFacts({ address, dataDir, manifests: {} });
      return { address, role: facts.role, first: !joins(facts["config"]) };
    }),
  );
  const servers = found.flatMap((result) =>
    result.status === "fulfilled" && result.value.role === "server" ? [result.value] : [],
  );
  if (servers.length === 0) {
    throw new NoServerAnswers(
      found.map((result, index) => {
        const host = machines[index]?.host ?? "";
        if (result.status === "fulfilled") return `${host} is ${result.value.role || "no node"}`;
        return result.reason instanceof Error ? result.reason.message : host;
      }),
    );
  }
  return servers.sort((a, b) => Number(b.first) - Number(a.first)).map(({ address }) => address);
}

function joins(config: unknown): boolean {
  return typeof config === "string" && readMachineYaml(config)["server"] !== undefined;
}
