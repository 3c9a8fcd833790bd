import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterEach, describe, it } from "mocha";
import { parse } from "yaml";
import { InitError } from "../../../commands/init/errors.ts";
import type { Question } from "../../../commands/init/questions.ts";
import { type InitOptions, type InitWorld, init } from "../../../commands/init.ts";
import { options, type TestWorld, testWorld } from "./world.ts";

describe("init makes a wallet", () => {
  let world: TestWorld;
  afterEach(() => world.close());

  /** Answers the wallet's question with a new one. */
  const answer = ({ message }: Question) => (/wallet/.test(message) ? "new:~/garage.words" : undefined);

  async function run(changes: Partial<InitOptions>, worldChanges: Partial<InitWorld>): Promise<string> {
    world = await testWorld(worldChanges, answer);
    await init(options(changes), world);
    return stripVTControlCharacters(world.printed.join("\n"));
  }

  it("where the answer is new, declares its file and names the address to fund", async () => {
    const files: string[] = [];
    const makeWallet = async (file: string) => {
      files.push(file);
      return "akash1new";
    };
    const printed = await run({}, { makeWallet });
    assert.deepEqual(files, ["~/garage.words"]);
    const file = parse(await readFile(join(world.folder, "Pulumi.garage.yaml"), "utf8"));
    assert.deepEqual(file.config["akash:site"].wallet, { mnemonicFile: "~/garage.words" });
    assert.match(printed, /Send at least 5 AKT to the new wallet, akash1new\./);
    await world.close();
    const result = JSON.parse(await run({ json: true }, { makeWallet }));
    assert.deepEqual(result.newWallet, { file: "~/garage.words", address: "akash1new" });
  });

  it("only once nothing else can go wrong, and writes no stack file without it", async () => {
    const network = async () => ({
      localAddresses: ["192.168.1.20"],
      lanAddress: "192.168.1.20",
      publicAddress: "198.51.100.1",
      lineAddress: "100.70.1.2",
    });
    await assert.rejects(run({}, { network }), /CGNAT/);
    await world.close();
    const makeWallet = async () => {
      throw new InitError("Interrupted. Nothing was written.");
    };
    await assert.rejects(run({}, { makeWallet }), /Interrupted/);
    assert.deepEqual(await readdir(world.folder), []);
  });

  it("on a terminal only", async () => {
    world = await testWorld({ interactive: false });
    const answers = join(world.folder, "answers.yaml");
    await writeFile(answers, "domain: example.com\nwallet: new:~/garage.words\nplace: ~/.kube/config\n");
    await assert.rejects(init(options({ answers }), world), /new wallet are shown on a terminal/);
    assert.deepEqual(await readdir(world.folder), ["answers.yaml"]);
  });
});
