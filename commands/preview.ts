import { Command } from "commander";
import { openCluster } from "../components/cluster/index.ts";
import { clusterExists, kubeconfigOf } from "../components/site/nodes.ts";
import { openRunning, type StackContext } from "./context.ts";
import { machinesFirst } from "./machinesFirst.ts";
import { confirmHostKeys, describeMachines, machineSteps } from "./nodes.ts";
import { jsonOption, type StackOptions, stackOption } from "./options.ts";
import { judged, policyArgs } from "./policies.ts";
import { NO_TAKEOVER, previewFlags, showTakeover } from "./takeover.ts";
import { previewedStack } from "./trialStack.ts";
import { showVersionPlan, upgradeWarning } from "./versions.ts";
import { unlockWallet } from "./wallet.ts";

interface PreviewOptions extends StackOptions {
  readonly diff: boolean;
}

export function previewCommand(): Command {
  return new Command("preview")
    .summary("what `up` would change")
    .description(
      "Compares the declaration with the world and shows what `up` would change. Changes nothing, and makes no stack\n" +
        "where there is none yet.",
    )
    .addOption(stackOption())
    .addOption(jsonOption())
    .option("--diff", "show every changed property", false)
    .action(async (options: PreviewOptions) => {
      const context = await openRunning(options.stack);
      await unlockWallet(context);
      await confirmHostKeys(context.stack.site);
      const { flags, remove } = await previewedStack(context);
      await show(context, options, flags).finally(remove);
    });
}

async function show(
  context: StackContext,
  options: PreviewOptions,
  stackFlags: readonly string[],
): Promise<void> {
  const { site } = context.stack;
  const only = await machinesFirst(site);
  const silent = only.length > 0;
  const takeover = silent ? NO_TAKEOVER : await showTakeover(context);
  if (clusterExists(site) && !silent) {
    await showVersionPlan(site, await openCluster({ kubeconfigPath: kubeconfigOf(site) }));
  }
  // Without an answer of the chain there is nothing to warn of; the comparison says that by itself.
  const upgrade = await upgradeWarning(site).catch(() => undefined);
  if (upgrade !== undefined) process.stderr.write(`${upgrade}\n`);
  const policies = await policyArgs(context.stack);
  const flags = [
    ...(options.diff ? ["--diff"] : []),
    ...previewFlags(takeover),
    ...only,
    ...policies,
    ...stackFlags,
  ];
  const command = ["preview", "--refresh", "--run-program", ...flags];
  if (!options.json) {
    const { events } = await judged(context.engine(command, { output: "show", events: true }));
    process.stdout.write(describeMachines(await machineSteps(events)));
    return;
  }
  const run = await judged(context.engine([...command, "--json"], { output: "capture", events: true }));
  const result = {
    ...JSON.parse(run.stdout),
    machines: await machineSteps(run.events),
    takeover: takeover.plan.items,
    policies: run.violations,
  };
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
}
