import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "mocha";
import { withCommandPlugin } from "../support/command/index.ts";
import { type Lab, needsHosts, startLab, type TestHost } from "../support/hosts/index.ts";
import { openProgram, type TestProgram } from "../support/program.ts";

/** The command plugin, or its stand-in where that cannot be had, against a real machine. */
describe("the command plugin", function () {
  this.timeout(300_000);
  let lab: Lab;
  let program: TestProgram;
  const path = process.env["PATH"];

  before(async function () {
    await needsHosts(this);
    process.env["PATH"] = withCommandPlugin(process.env)["PATH"];
    [lab, program] = await Promise.all([startLab(), openProgram()]);
  });

  after(async () => {
    process.env["PATH"] = path;
    program?.remove();
    await lab?.stop();
  });

  const host = (): TestHost => {
    const [found] = lab.hosts;
    assert.ok(found);
    return found;
  };
  const log = async () => (await host().exec("cat /root/log")).stdout;

  function declare(stdin: string, create = "cat >>/root/log; echo done"): void {
    const connection = {
      host: host().address,
      user: "root",
      privateKey: readFileSync(host().sshKeyFile, "utf8"),
    };
    const args = { create, stdin, delete: "echo deleted >>/root/log" };
    program.declare(`
import { remote } from "@pulumi/command";
import { secret } from "@pulumi/pulumi";
const { privateKey, ...connection } = ${JSON.stringify(connection)};
const { stdout } = new remote.Command("step", {
  connection: { ...connection, privateKey: secret(privateKey) },
  ...${JSON.stringify(args)},
});
export { stdout };
`);
  }

  it("runs a command over SSH once, and keeps what it was told in confidence a secret", async () => {
    declare("one\n");
    await program.succeeds("up", "--yes", "--skip-preview");
    assert.match(await program.succeeds("stack", "output", "stdout", "--show-secrets"), /^done$/m);
    assert.doesNotMatch(await program.succeeds("stack", "export"), /OPENSSH PRIVATE KEY/);
    await program.succeeds("preview", "--refresh", "--run-program", "--expect-no-changes");
    assert.equal(await log(), "one\n");
  });

  it("runs it again in place when its input changes", async () => {
    declare("two\n");
    assert.doesNotMatch(await program.succeeds("up", "--yes", "--skip-preview"), /replaced/);
    assert.equal(await log(), "one\ntwo\n");
  });

  it("fails with what the command said", async () => {
    declare("three\n", "cat >&2; exit 3");
    const { code, output } = await program.pulumi("up", "--yes", "--skip-preview");
    assert.notEqual(code, 0);
    assert.match(output, /exited with status 3[\s\S]*three/);
  });

  it("runs the other command when it is deleted", async () => {
    await program.succeeds("destroy", "--yes", "--skip-preview");
    assert.equal(await log(), "one\ntwo\ndeleted\n");
  });
});
