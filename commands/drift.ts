import { Command } from "commander";
import { openRunning } from "./context.ts";
import { describeDifferences } from "./describe.ts";
import { differences } from "./engineEvents.ts";
import { requireKnownBackend } from "./knownBackend.ts";
import { machinesFirst } from "./machinesFirst.ts";
import { jsonOption, type StackOptions, stackOption } from "./options.ts";
import { StackError } from "./stack.ts";
import { isUnknownStack } from "./stackState.ts";
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
      requireKnownBackend(context);
      await unlockWallet(context);
      const only = await machinesFirst(context.stack.site);
      const command = ["preview", "--refresh", "--run-program", ...only];
      const run = await context.engine(command, { output: "capture", events: true }).catch((error) => {
        throw isUnknownStack(error) ? neverBroughtUp(options.stack) : error;
      });
      const found = differences(run.events);
      if (options.json)
        process.stdout.write(`${JSON.stringify({ stack: options.stack, ...found }, null, 2)}\n`);
      else process.stdout.write(describeDifferences(options.stack, found));
      if (found.drift.length > 0) process.exitCode = DRIFT;
    });
}

function neverBroughtUp(stack: string): StackError {
  return new StackError(
    `Site ${stack} was never brought up: there is nothing to compare with. \`npm run up -- -s ${stack}\` does it.`,
  );
}
