import assert from "node:assert/strict";
import { access, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import {
  BackupNotConfirmed,
  PromptUnavailable,
  WalletFileExists,
} from "../../../components/wallet/errors.ts";
import { newWallet } from "../../../components/wallet/newWallet.ts";
import { openWallet } from "../../../components/wallet/openWallet.ts";
import { askWords, terminalPrompts, type WalletPrompts } from "../../../components/wallet/prompts.ts";
import { address, words } from "./wallets.ts";

/** A person who reads what is shown and answers by it; `slips` wrong answers come first. */
class Person implements WalletPrompts {
  readonly screens: string[] = [];
  readonly asked: number[] = [];
  visible = false;
  confirmations = 0;
  slips: number;
  patient: boolean;

  constructor(slips = 0, patient = true) {
    this.slips = slips;
    this.patient = patient;
  }

  show(text: string): void {
    this.screens.push(text);
    this.visible = true;
  }

  hide(): void {
    this.visible = false;
  }

  async secret(_question: string, problem: (answer: string) => string | undefined): Promise<string> {
    for (const answer of ["no words", words.replace("about", "abuot")]) assert.ok(problem(answer));
    assert.equal(problem(words), undefined);
    return words;
  }

  async text(question: string): Promise<string> {
    assert.equal(this.visible, false, "the words are on the screen while they are asked for");
    const number = Number(/\d+/.exec(question)?.[0]);
    this.asked.push(number);
    if (this.slips-- > 0) return "wrong";
    const word = new RegExp(`^ *${number}\\. (\\w+)$`, "m").exec(this.screens.at(-1) ?? "")?.[1];
    return ` ${word?.toUpperCase()} `;
  }

  async confirm(question: string): Promise<boolean> {
    if (!question.includes("written down")) return this.patient;
    // Not ready when asked for the first time.
    return this.confirmations++ > 0;
  }
}

describe("newWallet", () => {
  let folder = "";
  let file = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "pulumi-akash-new-"));
    file = join(folder, "secrets", "wallet");
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("keeps the words in a private file once three of them came back", async () => {
    const person = new Person();
    const { wallet, source } = await newWallet({ file, prompts: person });
    assert.deepEqual(source, { mnemonicFile: file });
    assert.equal((await openWallet(source)).address, wallet.address);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.equal((await readFile(file, "utf8")).trim().split(" ").length, 24);
    assert.equal(person.screens.length, 1);
    assert.equal(new Set(person.asked).size, 3);
    assert.deepEqual(
      person.asked,
      person.asked.toSorted((a, b) => a - b),
    );
    assert.ok(person.asked.every((number) => number >= 1 && number <= 24));
  });

  it("shows the same words again after a wrong answer", async () => {
    const person = new Person(1);
    await newWallet({ file, prompts: person });
    assert.equal(person.screens.length, 2);
    assert.equal(person.screens[0], person.screens[1]);
    assert.equal(person.asked.length, 4);
  });

  it("leaves nothing when the backup is given up", async () => {
    await assert.rejects(newWallet({ file, prompts: new Person(1, false) }), BackupNotConfirmed);
    await assert.rejects(access(file));
  });

  it("hides the words even when the person interrupts", async () => {
    const person = new Person();
    person.confirm = async () => {
      throw new Error("interrupted");
    };
    await assert.rejects(newWallet({ file, prompts: person }), /interrupted/);
    assert.equal(person.visible, false);
  });

  it("never writes over a wallet", async () => {
    const existing = join(folder, "wallet");
    await writeFile(existing, "words");
    const person = new Person();
    await assert.rejects(newWallet({ file: existing, prompts: person }), WalletFileExists);
    assert.deepEqual(person.screens, [], "nobody writes down words for nothing");
    assert.equal(await readFile(existing, "utf8"), "words");
  });

  it("passes on why a file can't be written", async () => {
    await writeFile(join(folder, "secrets"), "no folder");
    await assert.rejects(newWallet({ file, prompts: new Person() }), /EEXIST|ENOTDIR/);
    const tooLong = join(folder, "w".repeat(300));
    await assert.rejects(newWallet({ file: tooLong, prompts: new Person() }), { code: "ENAMETOOLONG" });
  });
});

describe("prompts", () => {
  it("ask for the words until they are valid", async () => {
    assert.equal(await askWords(new Person()), words);
    assert.equal((await openWallet({ prompt: true }, {}, () => askWords(new Person()))).address, address);
  });

  describe("of a terminal", () => {
    const streams = [process.stdin, process.stderr];
    const real = streams.map(({ isTTY }) => isTTY);
    const pretend = (...terminals: boolean[]) => {
      for (const [index, isTTY] of terminals.entries()) Object.assign(streams[index] ?? {}, { isTTY });
    };
    afterEach(() => pretend(...real));

    it("need one to ask on and one to show on", async () => {
      for (const terminals of [
        [false, false],
        [true, false],
        [false, true],
      ]) {
        pretend(...terminals);
        await assert.rejects(terminalPrompts(), PromptUnavailable);
      }
      await assert.rejects(openWallet({ prompt: true }, {}), PromptUnavailable);
    });

    it("show secrets on its second screen, which keeps nothing", async () => {
      pretend(true, true);
      const prompts = await terminalPrompts();
      const written: unknown[] = [];
      const { write } = process.stderr;
      process.stderr.write = (chunk: unknown) => written.push(chunk) > 0;
      try {
        prompts.show("the words");
        prompts.hide();
      } finally {
        process.stderr.write = write;
      }
      assert.deepEqual(written, ["\u001b[?1049h\u001b[2J\u001b[Hthe words\n", "\u001b[2J\u001b[?1049l"]);
    });
  });
});
