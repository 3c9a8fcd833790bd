import { Command } from "commander";
import { placesVariable } from "../components/dynamic/places.ts";
import { promptedWordsVariable } from "../components/wallet/promptedWords.ts";
import { openContext } from "./context.ts";
import { stackOption } from "./options.ts";
import { ASK_IN_SHELL } from "./wallet.ts";

/** Variables of the engine that this project sets; PATH carries the toolchain. */
const EXPORTED = /^(PATH|NODE_COMPILE_CACHE|PULUMI_\w+)$/;
/** What is secret, and what would go stale in a shell: the places are those of the file as it was then. */
const KEPT: readonly string[] = [promptedWordsVariable, placesVariable];

export function envCommand(): Command {
  return new Command("env")
    .summary("shell lines that make plain `pulumi` work on a stack")
    .description(
      'Prints `export` lines for PATH, state and passphrase: eval "$(npm run --silent env)"\n' +
        "Words of a wallet that are typed in are never printed: the shell asks for them.",
    )
    .addOption(stackOption())
    .action(async (options: { stack: string }) => {
      const { env, stack } = await openContext(options.stack);
      process.stdout.write(shellLines(env));
      if ("prompt" in stack.site.wallet) process.stdout.write(ASK_IN_SHELL);
    });
}

/** The engine's variables as `export` lines. */
export function shellLines(env: NodeJS.ProcessEnv): string {
  return Object.entries(env)
    .filter(([name, value]) => EXPORTED.test(name) && !KEPT.includes(name) && value !== undefined)
    .map(([name, value = ""]) => `export ${name}='${value.replaceAll("'", "'\\''")}'\n`)
    .join("");
}
