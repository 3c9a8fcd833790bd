import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, it } from "mocha";
import { startOfCommands } from "../../support/checkout.ts";

const ROOT = join(import.meta.dirname, "../../..");

/** Prints what `drift` does where there is none: green on a terminal. */
const NO_DRIFT = `
  import { describeDifferences } from "./commands/describe.ts";
  process.stdout.write(describeDifferences("garage", { drift: [], pending: [] }));`;

describe("what a command writes into a pipe", () => {
  const run = (args: readonly string[], env: NodeJS.ProcessEnv) => {
    const { NO_COLOR, FORCE_COLOR, CI, ...inherited } = process.env;
    const { stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: ROOT,
      env: { ...inherited, TERM: "xterm-256color", ...env },
      encoding: "utf8",
    });
    return `${stdout}${stderr}`;
  };

  for (const [stream, args, said] of [
    ["standard output", ["--input-type=module", "-e", NO_DRIFT], /No drift/],
    ["standard error", [...startOfCommands(ROOT), "drift", "--stack", "none-such"], /error:.*none-such/],
  ] as const) {
    it(`has no colours on ${stream} in continuous integration`, () => {
      const written = run(args, { CI: "true" });
      assert.match(written, said);
      assert.ok(!written.includes("\u001b"), JSON.stringify(written));
      assert.ok(run(args, { CI: "true", FORCE_COLOR: "1" }).includes("\u001b"), "there is nothing to colour");
    });
  }
});
