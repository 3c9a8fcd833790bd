import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { after, before, describe, it } from "mocha";
import { parse } from "yaml";
import { parseSiteConfig } from "../../components/site/config.ts";
import { openWallet } from "../../components/wallet/openWallet.ts";
import { Checkout } from "../support/checkout.ts";
import { hasTerminals, runOnTerminal, Screen } from "../support/terminal/index.ts";

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

/** What is typed once a question has come; from what is on the screen, where it depends on that. */
type Reply = string | ((text: string) => string | undefined);

/** Runs `init` on a terminal of its own and types each answer when its question has come. */
async function onTerminal(
  checkout: Checkout,
  dialogue: readonly (readonly [RegExp, Reply])[],
): Promise<{ code: number; output: string; raw: string }> {
  const left = [...dialogue];
  const { code, output } = await runOnTerminal({
    command: `'${process.execPath}' commands/main.ts init`,
    cwd: checkout.folder,
    env: { ...process.env, NO_COLOR: "1", KUBECONFIG: "" },
    type: (written) => {
      const text = stripVTControlCharacters(written);
      const [question, reply] = left[0] ?? [];
      if (question?.test(text.slice(text.lastIndexOf("\n? ") + 1)) !== true) return undefined;
      const typed = typeof reply === "function" ? reply(text) : reply;
      if (typed !== undefined) left.shift();
      return typed;
    },
  });
  return { code, output: stripVTControlCharacters(output), raw: output };
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
    // No words are kept in a checkout.
    let elsewhere: string;
    before(async function () {
      elsewhere = await mkdtemp(join(tmpdir(), "pulumi-akash-words-"));
      if (hasTerminals()) return;
      console.log("      skipped: `script` of util-linux is not installed, which gives the terminal");
      this.skip();
    });
    after(() => rm(elsewhere, { recursive: true }));

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

    it("makes a wallet whose words are shown once, asked back and kept in a private file", async () => {
      const file = join(elsewhere, "shed.words");
      const asked = new Set<string>();
      /** Reads the words off the screen as a person does, and gives back the one that is asked for. */
      const giveBack = (text: string) => {
        const number = [...text.matchAll(/Word (\d+)\?/g)].at(-1)?.[1] ?? "";
        if (number === "" || asked.has(number)) return undefined;
        asked.add(number);
        const word = new RegExp(`^ *${number}\\. ([a-z]+)\\r?$`, "m").exec(text)?.[1] ?? assert.fail(text);
        return `${word}${ENTER}`;
      };
      const { code, output, raw } = await onTerminal(checkout, [
        [/short name/, `shed${ENTER}`],
        ...DIALOGUE.slice(1, 4),
        [/wallet's words/, `new:${file}${ENTER}`],
        ...DIALOGUE.slice(5),
        [/written down all/, `y${ENTER}`],
        [/Word \d+\?/, giveBack],
        [/Word \d+\?/, giveBack],
        [/Word \d+\?/, giveBack],
      ]);
      assert.equal(code, 0, output);
      assert.equal(asked.size, 3);
      const stackFile = parse(await checkout.read("Pulumi.shed.yaml"));
      assert.deepEqual(stackFile.config["akash:site"].wallet, { mnemonicFile: file });
      assert.equal((await stat(file)).mode & 0o777, 0o600);
      const { address } = await openWallet({ mnemonicFile: file });
      assert.match(output, new RegExp(`Send at least 5 AKT to the new wallet,\\s+${address}\\.`));
      const words = (await readFile(file, "utf8")).trim().split(" ");
      const screen = new Screen();
      await screen.write(raw);
      const left = screen.lines.join("\n");
      assert.match(left, /Send at least 5 AKT/);
      assert.doesNotMatch(left, new RegExp(`\\d+\\. ${words[0]}\\b`), "the words are gone from the screen");
    });
  });
});
