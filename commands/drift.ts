import { Command } from "commander";
import { openRunning } from "./context.ts";
import { describeDifferences } from "./describe.ts";
import { differences } from "./engineEvents.ts";
import { machinesFirst } from "./machinesFirst.ts";
import { jsonOption, type StackOptions, stackOption } from "./options.ts";
import { unlockWallet } from "./wallet.ts";

/** Exit code that says "there is drift". */
const DRIFT = 2;

export function driftCommand(): Command {
  return new Command("drift")
    .summary("what differs from what was last deployed, by field")
    .description(
      "Reads every managed thing back - cluster, chain, DNS - and names each field that differs from what was last\n" +
        "deployed. Changes nothing. Edits of the declaration that are not deployed yet are listed apart.\n" +
        "Exit code: 0 no drift, 2 drift, 1 error.",
    )
    .addOption(stackOption())
    .addOption(jsonOption())
    .action(async (options: StackOptions) => {
      const context = await openRunning(options.stack);
      await unlockWallet(context);
      const only = await machinesFirst(context.stack.site);
      const run = await context.engine(["preview", "--refresh", "--run-program", ...only], {
        output: "capture",
        events: true,
      });
      const found = differences(run.events);
      if (options.json)
        process.stdout.write(`${JSON.stringify({ stack: options.stack, ...found }, null, 2)}\n`);
      else process.stdout.write(describeDifferences(options.stack, found));
      if (found.drift.length > 0) process.exitCode = DRIFT;
    });
}
