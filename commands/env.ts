import { Command } from "commander";
import { openContext } from "./context.ts";
import { stackOption } from "./options.ts";

/** Variables of the engine that this project sets; PATH carries the toolchain. */
const EXPORTED = /^(PATH|NODE_COMPILE_CACHE|PULUMI_\w+)$/;

export function envCommand(): Command {
  return new Command("env")
    .summary("shell lines that make plain `pulumi` work on a stack")
    .description('Prints `export` lines for PATH, state and passphrase: eval "$(npm run --silent env)"')
    .addOption(stackOption())
    .action(async (options: { stack: string }) => {
      const { env } = await openContext(options.stack);
      for (const [name, value] of Object.entries(env)) {
        if (!EXPORTED.test(name) || value === undefined) continue;
        process.stdout.write(`export ${name}='${value.replaceAll("'", "'\\''")}'\n`);
      }
    });
}
