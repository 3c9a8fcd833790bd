import { Command } from "commander";
import pc from "picocolors";
import { downCommand } from "./down.ts";
import { driftCommand } from "./drift.ts";
import { envCommand } from "./env.ts";
import { initCommand } from "./init.ts";
import { outputsCommand } from "./outputs.ts";
import { previewCommand } from "./preview.ts";
import { upCommand } from "./up.ts";

const program = new Command("pulumi-akash")
  .description("Akash provider sites as code. Every command is also `npm run <command> -- [options]`.")
  .showHelpAfterError("(--help shows what a command takes)")
  .addCommand(initCommand())
  .addCommand(upCommand())
  .addCommand(previewCommand())
  .addCommand(driftCommand())
  .addCommand(outputsCommand())
  .addCommand(downCommand())
  .addCommand(envCommand());

try {
  await program.parseAsync();
} catch (error) {
  // Errors of ours say what to do; a stack trace only helps for those that are not ours.
  const known = error instanceof Error && error.name !== "Error" && error.name !== "TypeError";
  const text = error instanceof Error ? (known ? error.message : error.stack) : String(error);
  process.stderr.write(`${pc.red("error:")} ${text}\n`);
  process.exitCode = 1;
}
