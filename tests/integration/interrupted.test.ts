import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, it } from "mocha";
import { forgetInterrupted } from "../../commands/interrupted.ts";
import { signal, startedWith } from "../../embedded/processes.ts";
import { withCommandPlugin } from "../support/command/index.ts";
import { openProgram, type TestProgram } from "../support/program.ts";

/** The real engine's records of a run that was killed. */
describe("a run that was killed in mid-creation", function () {
  this.timeout(300_000);
  let program: TestProgram;
  const env = { ...process.env };
  const warning = /pending operations? from previous deployment/;

  before(async () => {
    process.env["PATH"] = withCommandPlugin(process.env)["PATH"];
    process.env["PULUMI_AKASH_TEST_RUN"] = randomUUID();
    program = await openProgram();
  });

  after(() => {
    Object.assign(process.env, { PATH: env["PATH"] });
    delete process.env["PULUMI_AKASH_TEST_RUN"];
    program?.remove();
  });

  const declare = (create: string) =>
    program.declare(`
import { local } from "@pulumi/command";
new local.Command("step", { create: ${JSON.stringify(create)} });
`);

  it("is warned of until what it began is done, and then no more", async () => {
    const began = join(program.folder, "began");
    declare(`touch ${began}; sleep 600`);
    const run = program.pulumi("up", "--yes", "--skip-preview");
    while (!existsSync(began)) await sleep(100);
    for (const found of startedWith(`PULUMI_AKASH_TEST_RUN=${process.env["PULUMI_AKASH_TEST_RUN"]}`)) {
      if (found.pid !== process.pid) signal(found, "SIGKILL");
    }
    await run;
    await program.succeeds("cancel", "--yes");

    declare("true");
    const message = await program.succeeds("up", "--yes", "--skip-preview");
    assert.match(message, warning);
    await forgetInterrupted(
      {
        engine: async (args) => {
          const stdout = await program.succeeds(...args);
          return { exitCode: 0, stdout, tail: "", events: [] };
        },
      },
      [{ diagnosticEvent: { severity: "warning", message } }],
    );
    assert.doesNotMatch(await program.succeeds("preview", "--expect-no-changes"), warning);
  });
});
