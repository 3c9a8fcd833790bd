import assert from "node:assert/strict";
import { realpathSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, describe, it } from "mocha";
import { parse } from "yaml";
import { complaintOf } from "../../../commands/init/answers.ts";
import { InitError } from "../../../commands/init/errors.ts";
import type { Question } from "../../../commands/init/questions.ts";
import { wordsFileComplaint } from "../../../commands/init/wordsFile.ts";
import { type InitOptions, type InitWorld, init } from "../../../commands/init.ts";
import { PROJECT } from "../../../commands/stack.ts";
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

  it("takes the path without the spaces around it", async () => {
    const files: string[] = [];
    const makeWallet = async (file: string) => {
      files.push(file);
      return "akash1new";
    };
    world = await testWorld({ makeWallet }, ({ message }) =>
      /wallet/.test(message) ? "new: ~/garage.words " : undefined,
    );
    await init(options(), world);
    assert.deepEqual(files, ["~/garage.words"]);
    const file = parse(await readFile(join(world.folder, "Pulumi.garage.yaml"), "utf8"));
    assert.deepEqual(file.config["akash:site"].wallet, { mnemonicFile: "~/garage.words" });
  });

  it("on a terminal only", async () => {
    world = await testWorld({ interactive: false });
    const answers = join(world.folder, "answers.yaml");
    await writeFile(answers, "domain: example.com\nwallet: new:~/garage.words\nplace: ~/.kube/config\n");
    await assert.rejects(init(options({ answers }), world), /new wallet are shown on a terminal/);
    assert.deepEqual(await readdir(world.folder), ["answers.yaml"]);
  });
});

describe("init's file of a wallet's words", () => {
  let folder: string;
  beforeEach(async () => {
    folder = realpathSync(await mkdtemp(join(tmpdir(), "words-")));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("is named by a path that means the same everywhere", () => {
    for (const kind of ["file", "new"]) {
      for (const path of ["", "garage.words", "./garage.words", "../garage.words", "~garage.words", "~"]) {
        assert.match(
          complaintOf("wallet", `${kind}:${path}`) ?? "",
          /neither absolute.*~\/garage\.words/,
          path,
        );
      }
      for (const path of ["~/garage.words", " ~/garage.words", "/etc/garage.words "])
        assert.equal(complaintOf("wallet", `${kind}:${path}`), undefined, path);
    }
  });

  it("is not inside the checkout", () => {
    for (const kind of ["file", "new"]) {
      for (const path of [
        join(PROJECT, "garage.words"),
        join(PROJECT, "..", basename(PROJECT), "none", "words"),
      ])
        assert.match(
          complaintOf("wallet", `${kind}:${path}`) ?? "",
          /inside this checkout.*Choose one outside/,
        );
    }
    assert.equal(complaintOf("wallet", `new:${PROJECT}.words`), undefined);
  });

  it("is not inside the git work tree around the checkout, by whatever link", async () => {
    const project = join(folder, "tree", "akash");
    await mkdir(project, { recursive: true });
    const beside = join(folder, "tree", "garage.words");
    assert.equal(wordsFileComplaint(beside, project), undefined);
    await mkdir(join(folder, "tree", ".git"));
    await symlink(join(folder, "tree"), join(folder, "link"));
    for (const path of [beside, join(project, "..words"), join(folder, "link", "none", "garage.words")])
      assert.match(wordsFileComplaint(path, project) ?? "", /inside this checkout/, path);
    assert.equal(wordsFileComplaint(join(folder, "garage.words"), project), undefined);
  });
});
