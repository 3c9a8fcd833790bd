import { randomBytes } from "node:crypto";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { StackContext } from "./context.ts";
import { requireStack } from "./ensureStack.ts";
import { PROJECT } from "./project.ts";
import { makeRunFolder } from "./runFolder.ts";

/** A stack that can be previewed. */
export interface PreviewedStack {
  /** The engine's flags for a preview of it. */
  readonly flags: readonly string[];
  /** To be called when all previews of it have ended. */
  remove(): Promise<void>;
}

/**
 * Has a stack ready to be previewed, and writes nothing that stays: where it was never made, it stands in a state of
 * its own that is thrown away, with a copy of its file, since the engine writes into both.
 *
 * @throws StackError where the state is kept elsewhere, or holds the site under another name
 */
export async function previewedStack(context: StackContext): Promise<PreviewedStack> {
  if (await requireStack(context)) return { flags: [], remove: async () => {} };
  return makeTrial(context);
}

async function makeTrial({ stack, env, engine }: StackContext): Promise<PreviewedStack> {
  process.stderr.write(`Stack ${stack.name} does not exist yet. It is previewed from an empty state.\n`);
  const { folder, remove } = await makeRunFolder();
  try {
    const [file, state] = [join(folder, basename(stack.file)), join(folder, "state")];
    await mkdir(state);
    await copyFile(join(PROJECT, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
    const secret = env["PULUMI_CONFIG_PASSPHRASE"] ?? env["PULUMI_CONFIG_PASSPHRASE_FILE"];
    const content = await readFile(stack.file, "utf8");
    // Goes with a passphrase that is not on this machine.
    await writeFile(file, secret === undefined ? content.replace(/^encryptionsalt:.*$/m, "") : content);
    if (secret === undefined) env["PULUMI_CONFIG_PASSPHRASE"] = randomBytes(24).toString("base64url");
    env["PULUMI_BACKEND_URL"] = `file://${state}`;
    await engine(["stack", "init", "--no-select", "--cwd", folder], { output: "capture" });
    return { flags: ["--config-file", file], remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
