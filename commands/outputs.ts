import { Command } from "commander";
import { openDeployed } from "./context.ts";
import { stackOption } from "./options.ts";

export function outputsCommand(): Command {
  return new Command("outputs")
    .summary("the stack's outputs as JSON")
    .description("Prints the outputs of the last `up` as JSON. Secret ones stay hidden unless asked for.")
    .addOption(stackOption())
    .option("--show-secrets", "show secret outputs, such as the kubeconfig, in plain text", false)
    .action(async (options: { stack: string; showSecrets: boolean }) => {
      const context = await openDeployed(options.stack);
      const run = await context.engine(
        ["stack", "output", "--json", ...(options.showSecrets ? ["--show-secrets"] : [])],
        {
          output: "capture",
        },
      );
      process.stdout.write(run.stdout);
    });
}
