import { Command } from "commander";
import { openContext, requireServices } from "./context.ts";
import { jsonOption, type StackOptions, stackOption } from "./options.ts";
import { previewFlags, showTakeover } from "./takeover.ts";

export function previewCommand(): Command {
  return new Command("preview")
    .summary("what `up` would change")
    .description("Compares the declaration with the world and shows what `up` would change. Changes nothing.")
    .addOption(stackOption())
    .addOption(jsonOption())
    .option("--diff", "show every changed property", false)
    .action(async (options: StackOptions & { diff: boolean }) => {
      const context = await openContext(options.stack);
      await requireServices(context.stack);
      const takeover = await showTakeover(context);
      const flags = [...(options.diff ? ["--diff"] : []), ...previewFlags(takeover)];
      const command = ["preview", "--refresh", "--run-program", ...flags];
      if (!options.json) {
        await context.engine(command, { output: "show" });
        return;
      }
      const { stdout } = await context.engine([...command, "--json"], { output: "capture" });
      const result = { ...JSON.parse(stdout), takeover: takeover.plan.items };
      process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    });
}
