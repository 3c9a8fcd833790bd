import { Command } from "commander";
import { openContext, requireServices } from "./context.ts";
import { jsonOption, type StackOptions, stackOption } from "./options.ts";
import { showTakeover } from "./takeover.ts";

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
      await showTakeover(context.stack);
      const flags = [...(options.diff ? ["--diff"] : []), ...(options.json ? ["--json"] : [])];
      await context.engine(["preview", "--refresh", "--run-program", ...flags], { output: "show" });
    });
}
