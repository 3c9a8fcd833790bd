import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { stringify } from "yaml";
import { Checkout } from "../support/checkout.ts";
import { keyPair } from "../support/hosts/keys.ts";
import { type SshServer, startSshServer } from "../support/hosts/sshServer.ts";
import { hasTerminals, runOnTerminal } from "../support/terminal/index.ts";

const SEEN_FIRST = "These machines have not been seen before:";

/** A machine behind another one, both with a key that nobody has confirmed. What asks comes before the engine. */
describe("the keys of machines that were never seen", function () {
  this.timeout(180_000);
  let checkout: Checkout;
  let folder: string;
  let bastion: SshServer;
  let machine: SshServer;
  let env: NodeJS.ProcessEnv;

  before(async function () {
    if (!hasTerminals()) {
      console.log("      skipped: `script` of util-linux is not installed, which gives the terminal");
      this.skip();
    }
    folder = mkdtempSync(join(tmpdir(), "pulumi-akash-host-keys-"));
    const key = keyPair();
    const keyFile = join(folder, "key");
    writeFileSync(keyFile, key.private, { mode: 0o600 });
    const opened = { keys: [key.public] };
    [checkout, bastion, machine] = await Promise.all([
      Checkout.create(),
      startSshServer(opened),
      startSshServer(opened),
    ]);
    const reached = ({ port }: SshServer) => ({ host: "127.0.0.1", port, keyFile });
    const site = {
      name: "garage",
      domain: "garage.example.com",
      network: "mainnet",
      wallet: { mnemonicEnv: "GARAGE_WORDS" },
      nodes: [{ name: "inner", ...reached(machine), bastion: reached(bastion) }],
      contact: { email: "ops@example.com" },
      attributes: { "location-region": "us-west" },
    };
    const file = stringify({ config: { "akash:site": site } });
    writeFileSync(join(checkout.folder, "Pulumi.garage.yaml"), file);
    mkdirSync(join(folder, "state"));
    env = {
      ...process.env,
      NO_COLOR: "1",
      TERM: "xterm-256color",
      PULUMI_AKASH_STATE: join(folder, "state"),
      // The engine, which comes next, has no state to work on and says so: more is not asked of it here.
      PULUMI_BACKEND_URL: `file://${join(folder, "none")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
    };
  });

  after(async () => {
    await Promise.all([bastion?.stop(), machine?.stop()]);
    await checkout?.remove();
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  /** Runs `preview` and gives one answer to each question. */
  async function preview(answer: string) {
    let asked = 0;
    const { code, output } = await runOnTerminal({
      command: `'${process.execPath}' commands/main.ts preview --stack garage`,
      cwd: checkout.folder,
      env,
      type: (written) => {
        const parts = written.split(SEEN_FIRST);
        if (parts.length - 1 === asked || !parts.at(-1)?.includes("(y/N)")) return undefined;
        asked++;
        return `${answer}\r`;
      },
    });
    return { code, output, asked };
  }

  const pinned = () => {
    const file = join(folder, "state", "known_hosts");
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  };
  const NEXT = /no such file or directory|unable to/;

  it("are shown, and a person who does not know them ends the run with a sentence", async () => {
    const { code, output, asked } = await preview("n");
    assert.equal(asked, 1, output);
    assert.notEqual(code, 0);
    assert.ok(output.includes(bastion.fingerprint), output);
    assert.match(output, /Nothing was changed\. Add the right `hostKey` to each machine/);
    assert.doesNotMatch(output, NEXT);
    assert.deepEqual(pinned(), []);
  });

  it("are asked of nobody where there is no terminal", async () => {
    const { code, stdout, stderr } = await checkout.runWith(env, "preview", "--stack", "garage");
    assert.notEqual(code, 0);
    assert.match(stderr, NEXT);
    assert.ok(!(stdout + stderr).includes(SEEN_FIRST), stderr);
    assert.deepEqual(pinned(), []);
  });

  it("are pinned when confirmed, that of the machine behind the other after the other's", async () => {
    const { output, asked } = await preview("y");
    assert.equal(asked, 2, output);
    const [, first = "", second = ""] = output.split(SEEN_FIRST);
    assert.ok(first.includes(bastion.fingerprint) && !first.includes(machine.fingerprint), output);
    assert.ok(second.includes(machine.fingerprint) && !second.includes(bastion.fingerprint), output);
    assert.match(output, NEXT);
    assert.deepEqual(
      pinned().map((line) => line.split(" ")[0]),
      [`[127.0.0.1]:${bastion.port}`, `[127.0.0.1]:${machine.port}`],
    );
  });

  it("are not asked about again", async () => {
    const { output, asked } = await preview("n");
    assert.equal(asked, 0);
    assert.ok(!output.includes(SEEN_FIRST), output);
    assert.match(output, NEXT);
  });
});
