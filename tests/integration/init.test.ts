import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { after, before, describe, it } from "mocha";
import { parse } from "yaml";
import { parseSiteConfig } from "../../components/site/config.ts";
import { Checkout } from "../support/checkout.ts";
import { hasTerminals, runOnTerminal } from "../support/terminal/index.ts";

const ENTER = "\r";
const CTRL_C = "\u0003";

/** The eight questions by a word of each, and what is typed. */
const DIALOGUE: readonly (readonly [RegExp, string])[] = [
  [/short name/, `garage${ENTER}`],
  [/Its domain/, `example.com${ENTER}`],
  [/E-mail/, ENTER],
  [/Network/, ENTER],
  [/wallet's words/, ENTER],
  [/Where it runs/, `root@203.0.113.9${ENTER}`],
  [/DNS records/, ENTER],
  [/Region/, ENTER],
];

/** Runs `init` on a terminal of its own and types each answer when its question has come. */
async function onTerminal(
  checkout: Checkout,
  dialogue: readonly (readonly [RegExp, string])[],
): Promise<{ code: number; output: string }> {
  const left = [...dialogue];
  const { code, output } = await runOnTerminal({
    command: `'${process.execPath}' commands/main.ts init`,
    cwd: checkout.folder,
    env: { ...process.env, NO_COLOR: "1", KUBECONFIG: "" },
    type: (written) => {
      const text = stripVTControlCharacters(written);
      const [question, typed] = left[0] ?? [];
      if (question?.test(text.slice(text.lastIndexOf("? "))) !== true) return undefined;
      left.shift();
      return typed;
    },
  });
  return { code, output: stripVTControlCharacters(output) };
}

describe("init in a checkout of its own", function () {
  this.timeout(120_000);
  let checkout: Checkout;
  before(async () => {
    checkout = await Checkout.create();
  });
  after(() => checkout.remove());

  const stackFiles = async () =>
    (await readdir(checkout.folder)).filter(
      (name) => /^Pulumi\..*\.yaml/.test(name) && name !== "Pulumi.dev.yaml",
    );

  it("writes a valid stack file from answers, with what this machine really has", async () => {
    await writeFile(join(checkout.folder, "answers.yaml"), "domain: example.com\nplace: root@203.0.113.9\n");
    const { code, stdout, stderr } = await checkout.run(
      "init",
      "--answers",
      join(checkout.folder, "answers.yaml"),
      "--stack",
      "barn",
      "--json",
    );
    assert.equal(code, 0, stderr);
    const result = JSON.parse(stdout);
    assert.deepEqual(result.reach, { kind: "direct", address: "203.0.113.9" });
    const file = parse(await checkout.read("Pulumi.barn.yaml"));
    assert.deepEqual(parseSiteConfig(file.config["akash:site"]), result.site);
    assert.match(stderr, /CPU threads/);
  });

  it("refuses wrong answers with exit code 1 and writes nothing", async () => {
    const before = await stackFiles();
    await writeFile(join(checkout.folder, "answers.yaml"), "domain: provider.example.com\n");
    const { code, stderr } = await checkout.run("init", "--answers", join(checkout.folder, "answers.yaml"));
    assert.equal(code, 1);
    assert.match(stderr, /starts with `provider\.`/);
    assert.deepEqual(await stackFiles(), before);
  });

  describe("on a terminal", () => {
    before(function () {
      if (hasTerminals()) return;
      console.log("      skipped: `script` of util-linux is not installed, which gives the terminal");
      this.skip();
    });

    it("leaves nothing behind when it is interrupted at the last question", async () => {
      const before = await stackFiles();
      const { code, output } = await onTerminal(checkout, [...DIALOGUE.slice(0, -1), [/Region/, CTRL_C]]);
      assert.equal(code, 1, output);
      assert.match(output, /Interrupted\. Nothing was written\./);
      assert.deepEqual(await stackFiles(), before);
    });

    it("asks eight questions and writes the file", async () => {
      const { code, output } = await onTerminal(checkout, DIALOGUE);
      assert.equal(code, 0, output);
      const file = parse(await checkout.read("Pulumi.garage.yaml"));
      const site = parseSiteConfig(file.config["akash:site"]);
      assert.equal(site.contact.email, "ops@example.com");
      assert.deepEqual(site.wallet, { mnemonicEnv: "GARAGE_MNEMONIC" });
    });
  });
});
