import { z } from "zod";
import { onHost } from "../hosts/connect.ts";
import { hostScript } from "../hosts/script.ts";
import type { OperatorCommands } from "./operatorCommand.ts";

const run = hostScript("nodes/scripts/commands.sh", {
  step: "the operator's own commands",
  facts: z.object({}),
});

/** Runs the operator's commands one after the other; the first that fails ends it by name. */
export async function runOperatorCommands({ address, commands }: OperatorCommands): Promise<void> {
  await onHost(address, (host) =>
    host.script(run, { commands }, { progress: (line) => process.stderr.write(`${line}\n`) }),
  );
}

/** Reads what to do from standard input. */
export async function main(): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  try {
    await runOperatorCommands(JSON.parse(Buffer.concat(chunks).toString("utf8")) as OperatorCommands);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
