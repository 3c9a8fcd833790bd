import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { stringify } from "yaml";
import { ensureToolchain } from "../../toolchain/index.ts";
import { Checkout } from "../support/checkout.ts";
import { MARK, REASON, SITES } from "../support/terminal/fleetEvents.ts";
import { hasTerminals, runOnTerminal, Screen } from "../support/terminal/index.ts";

const CTRL_C = "\u0003";
const PLAY = join(import.meta.dirname, "../support/terminal/playFleet.ts");

/** Lines that belong to a table. */
const drawn = (lines: readonly string[]) => lines.filter((line) => /^[│├┌└]/.test(line));
const headings = (lines: readonly string[]) => lines.filter((line) => /│ site +│/.test(line));

describe("the live table of a fleet on a terminal", function () {
  this.timeout(60_000);

  before(function () {
    if (hasTerminals()) return;
    console.log("      skipped: `script` of util-linux is not installed, which gives the terminal");
    this.skip();
  });

  interface Size {
    readonly columns?: number;
    readonly rows?: number;
  }

  /** Plays a scenario and looks at the screen after each event. */
  async function watch(scenario: string, { columns = 80, rows = 24 }: Size = {}, colours = false) {
    const { NO_COLOR, FORCE_COLOR, CI, ...env } = process.env;
    const { code, output } = await runOnTerminal({
      command: `'${process.execPath}' '${PLAY}' ${scenario}`,
      env: { ...env, TERM: "xterm-256color", ...(colours ? {} : { NO_COLOR: "1" }) },
      columns,
      rows,
    });
    assert.equal(code, 0, output);
    const screen = new Screen(columns, rows);
    const steps: { lines: string[]; wrapped: string[] }[] = [];
    for (const part of output.split(MARK)) {
      await screen.write(part);
      steps.push({ lines: screen.lines, wrapped: screen.wrapped });
    }
    return { screen, steps, output };
  }

  for (const size of [
    { columns: 80, rows: 24 },
    { columns: 50, rows: 9 },
    { columns: 160, rows: 40 },
  ]) {
    it(`is there once, and no row is wrapped, at ${size.columns} columns and ${size.rows} rows`, async () => {
      for (const scenario of ["rollout", "comparison"]) {
        const { steps } = await watch(scenario, size);
        assert.ok(steps.length > 8);
        for (const { lines, wrapped } of steps) {
          assert.deepEqual(drawn(wrapped), []);
          const text = lines.join("\n");
          assert.equal(headings(lines).length, 1, text);
          assert.equal(lines.filter((line) => line.startsWith("┌")).length, 1, text);
          assert.equal(lines.filter((line) => line.startsWith("└")).length, 1, text);
        }
      }
    });
  }

  it("leaves every site's result on the screen, and above it all that was said, once", async () => {
    const { screen } = await watch("rollout");
    const { lines } = screen;
    assert.deepEqual(
      drawn(lines)
        .slice(3, -1)
        .map((line) => line.split("│").map((cell) => cell.trim()))
        .map(([, wave, site, state]) => [wave, site, state]),
      [
        ["1", SITES[0], "updated: 1 new, 2 changed (31 s)"],
        ["2", SITES[1], "updated: 1 new, 2 changed (31 s)"],
        ["2", SITES[2], "unreachable (9 s)"],
        ["2", "a-site-with-a-name-as…", "updated: 1 new, 2 changed (31 s)"],
      ],
    );
    const text = lines.join("");
    for (const said of [...REASON.split("\n"), "Policy contract-ports is advisory", "Gate after wave 2:"]) {
      assert.equal(text.split(said).length, 2, said);
    }
    assert.equal(screen.column, 0);
  });

  it("counts what differs", async () => {
    const { screen } = await watch("comparison");
    assert.match(screen.lines.join("\n"), /│ munich +│ compared: 2 drifted, 1 pending/);
    assert.doesNotMatch(screen.lines.join("\n"), /wave/);
  });

  it("has colours, and none where NO_COLOR asks for none", async () => {
    assert.equal((await watch("rollout", {}, true)).screen.coloured, true);
    assert.equal((await watch("rollout")).screen.coloured, false);
  });

  it("ends with an interrupt as it should: one table, the prompt in a line of its own, the terminal as before", async () => {
    let interrupted = false;
    const { output } = await runOnTerminal({
      command: `trap : INT; '${process.execPath}' '${PLAY}' interrupted; printf '[prompt]\\n'; stty -a`,
      env: { ...process.env, NO_COLOR: "1", TERM: "xterm-256color" },
      type: (written) => {
        if (interrupted || written.split(MARK).length < 5) return undefined;
        interrupted = true;
        return CTRL_C;
      },
    });
    assert.ok(interrupted, output);
    const screen = new Screen();
    await screen.write(output.replaceAll(MARK, ""));
    const { lines } = screen;
    const text = lines.join("\n");
    assert.equal(headings(lines).length, 1, text);
    assert.match(text, /Ending: nothing more is begun/);
    assert.match(text, /│ 1 +│ berlin +│ updated/);
    assert.match(text, /│ 2 +│ munich +│ untouched/);
    assert.ok(lines.includes("[prompt]"), text);
    assert.match(text, /[^-]icanon/);
    assert.match(text, /[^-]echo /);
    assert.ok(!output.includes("\u001b[?25l"), "the cursor was hidden");
  });
});

/** Sites that nobody has deployed: the engine runs for each, and no services are needed. */
describe("fleet commands on a terminal of 80 columns", function () {
  this.timeout(180_000);
  let checkout: Checkout;
  let env: NodeJS.ProcessEnv;

  before(async function () {
    if (!hasTerminals()) this.skip();
    const toolchain = await ensureToolchain({ tools: ["engine"], silent: true });
    checkout = await Checkout.create();
    const state = join(checkout.folder, "state");
    mkdirSync(state);
    mkdirSync(join(checkout.folder, "fleet"), { recursive: true });
    writeFileSync(join(checkout.folder, "fleet/fleet.yaml"), stringify(FLEET));
    env = {
      ...process.env,
      ...toolchain.env,
      PULUMI_BACKEND_URL: `file://${state}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      NO_COLOR: "1",
      TERM: "xterm-256color",
    };
  });
  after(() => checkout?.remove());

  for (const [command, ending] of [
    ["drift", [/^└─+/, /^berlin: not deployed$/, /^munich: not deployed$/, /^$/]],
    ["preview", [/^└─+/, /^berlin: not deployed$/, /^munich: not deployed$/, /^$/]],
    ["status", [/^berlin +does not +0\.16\.2 /, / answer +declared$/, /^munich /, / answer /, /^$/]],
  ] as const) {
    it(`\`${command}\` fits, and ends with every site's line`, async () => {
      const run = `'${process.execPath}' commands/main.ts fleet ${command}`;
      const { code, output } = await runOnTerminal({ command: run, cwd: checkout.folder, env });
      assert.equal(code, 0, output);
      const screen = new Screen();
      await screen.write(output);
      assert.deepEqual(screen.wrapped, []);
      const last = screen.lines.slice(-ending.length);
      for (const [index, line] of ending.entries()) assert.match(last[index] ?? "", line, output);
      if (command !== "status") assert.equal(headings(screen.lines).length, 1, screen.lines.join("\n"));
    });
  }

  it("`drift` is plain lines without colours where nobody looks on", async () => {
    const run = await checkout.runWith(
      { ...env, NO_COLOR: undefined, FORCE_COLOR: undefined, CI: "true" },
      "fleet",
      "drift",
    );
    assert.equal(run.code, 0, run.stderr);
    assert.ok(!`${run.stdout}${run.stderr}`.includes("\u001b"), JSON.stringify(run));
    const lines = run.stderr.split("\n");
    for (const name of ["berlin", "munich"]) {
      const [begun, ended] = [
        lines.indexOf(`  ${name} …`),
        lines.findIndex((line) => new RegExp(`^  - ${name}: not deployed \\(\\d+ s\\)$`).test(line)),
      ];
      assert.ok(begun >= 0 && ended > begun, run.stderr);
    }
    assert.deepEqual(drawn(lines), []);
    assert.equal(run.stdout, "berlin: not deployed\nmunich: not deployed\n");
  });

  it("`drift` ends with an interrupt: what is under way is waited for, and each site says how far it came", async () => {
    let interrupted = false;
    const { output } = await runOnTerminal({
      command: `trap : INT; '${process.execPath}' commands/main.ts fleet drift; echo "[prompt $?]"; stty -a`,
      cwd: checkout.folder,
      env,
      type: (written) => {
        if (interrupted || !written.includes("begun")) return undefined;
        interrupted = true;
        return CTRL_C;
      },
    });
    assert.ok(interrupted, output);
    const screen = new Screen();
    await screen.write(output);
    const text = screen.lines.join("\n");
    assert.match(text, /Ending: nothing more is begun/);
    assert.match(text, /^berlin: interrupted$/m);
    assert.match(text, /^munich: interrupted$/m);
    assert.ok(screen.lines.includes("[prompt 1]"), text);
    assert.match(text, /[^-]icanon/);
  });
});

const fleetSite = (name: string) => ({
  domain: `${name}.example.com`,
  wallet: { mnemonicEnv: `${name.toUpperCase()}_WORDS` },
  cluster: { kubeconfig: `/nowhere/${name}` },
});
const FLEET = {
  defaults: {
    network: "mainnet",
    contact: { email: "ops@example.com" },
    attributes: { "location-region": "us-west" },
  },
  sites: { berlin: fleetSite("berlin"), munich: fleetSite("munich") },
};
