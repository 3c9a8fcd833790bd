import { Command } from "commander";
import { describeStatus } from "../doctor/status/describe.ts";
import { siteStatus } from "../doctor/status/status.ts";
import { requireServices } from "./context.ts";
import { jsonOption, type StackOptions, stackOption } from "./options.ts";
import { readStack } from "./stack.ts";

export function statusCommand(): Command {
  return new Command("status")
    .summary("leases, earnings, orders won and lost and why, and what to do next")
    .description(
      "Reads from chain and cluster what an operator looks at daily: running leases, what they earn, the money\n" +
        "locked in deposits, orders bid on, won and lost and why, balance, certificate, and the next thing to do.\n" +
        "Changes nothing.",
    )
    .addOption(stackOption())
    .addOption(jsonOption())
    .action(async (options: StackOptions) => {
      const stack = await readStack(options.stack);
      await requireServices(stack);
      const status = await siteStatus(stack);
      process.stdout.write(options.json ? `${JSON.stringify(status, null, 2)}\n` : describeStatus(status));
    });
}
