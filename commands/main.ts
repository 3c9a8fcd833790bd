import { Command } from "commander";
import { err } from "../doctor/colours.ts";

/** One module a command: only the one that was called is loaded, all of them for the overview. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  init: async () => (await import("./init.ts")).initCommand(),
  up: async () => (await import("./up.ts")).upCommand(),
  preview: async () => (await import("./preview.ts")).previewCommand(),
  drift: async () => (await import("./drift.ts")).driftCommand(),
  fleet: async () => (await import("./fleet.ts")).fleetCommand(),
  doctor: async () => (await import("./doctor.ts")).doctorCommand(),
  status: async () => (await import("./status.ts")).statusCommand(),
  snapshot: async () => (await import("./snapshots.ts")).snapshotCommand(),
  restore: async () => (await import("./snapshots.ts")).restoreCommand(),
  outputs: async () => (await import("./outputs.ts")).outputsCommand(),
  down: async () => (await import("./down.ts")).downCommand(),
  env: async () => (await import("./env.ts")).envCommand(),
};

const program = new Command("pulumi-akash")
  .description("Akash provider sites as code. Every command is also `npm run <command> -- [options]`.")
  .showHelpAfterError("(--help shows what a command takes)");

const called = commands[process.argv[2] ?? ""];
for (const load of called === undefined ? Object.values(commands) : [called])
  program.addCommand(await load());

try {
  await program.parseAsync();
} catch (error) {
  // Errors of ours say what to do; a stack trace only helps for those that are not ours.
  const known = error instanceof Error && !(error.constructor.name in globalThis);
  const text = error instanceof Error ? (known ? error.message : error.stack) : String(error);
  process.stderr.write(`${err.red("error:")} ${text}\n`);
  process.exitCode = 1;
}
