import { addressOf } from "../components/nodes/machines.ts";
import type { SiteConfig } from "../components/site/config.ts";
import type { RollOutPlan } from "../fleet/index.ts";
import { confirmHostKeys } from "./nodes.ts";
import { StackError } from "./stack.ts";

interface Site {
  readonly name: string;
  readonly config: SiteConfig;
}

/** Meets the machines of all sites that a rollout is going to bring up; nobody is asked with `--yes` or `--json`. */
export async function meetMachines(
  { command, waves }: Pick<RollOutPlan, "command" | "waves">,
  sites: readonly Site[],
  { yes, json }: { readonly yes: boolean; readonly json: boolean },
): Promise<void> {
  if (command === "destroy") return;
  const planned = new Set(waves.flatMap((wave) => wave.sites));
  await confirmFleetHostKeys(
    sites.filter(({ name }) => planned.has(name)),
    process.stdin.isTTY && !yes && !json,
  );
}

/**
 * Has the keys of machines that were never seen before confirmed, site after site, before a rollout begins: in the
 * midst of it several sites would ask at once, into a table that is being repainted. What else is wrong with a machine
 * is left to the rollout to tell.
 *
 * @param ask whether there is somebody to ask
 * @throws StackError naming each such site and what to do, where nobody is asked or the keys are not confirmed
 */
async function confirmFleetHostKeys(sites: readonly Site[], ask: boolean): Promise<void> {
  const found = await Promise.all(sites.map(async (site) => ({ site, keys: await unknownKeysOf(site) })));
  const strangers = found.filter(({ keys }) => keys.length > 0);
  if (strangers.length === 0) return;
  if (!ask) {
    const sentences = strangers.map(
      ({ site: { name }, keys }) =>
        `Site ${name} has machines that have not been seen before (${keys.join(", ")}). Run \`npm run preview -- -s ${name}\` on a terminal once, which shows their keys and asks, or add each one's \`hostKey\` to the declaration.`,
    );
    throw new StackError([...sentences, "Nothing was changed."].join("\n"));
  }
  for (const { site } of strangers) {
    process.stderr.write(`Site ${site.name}: `);
    await confirmHostKeys(site.config);
  }
}

/** Machines with their keys, for people. */
async function unknownKeysOf({ config: { nodes } }: Site): Promise<string[]> {
  if (nodes === undefined) return [];
  const { unknownHostKeys } = await import("../components/hosts/connect.ts");
  const unknown = await unknownHostKeys(nodes.map(addressOf)).catch(() => []);
  return unknown.map(({ host, keyType, fingerprint }) => `${host}: ${keyType} ${fingerprint}`);
}
