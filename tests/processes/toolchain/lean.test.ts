import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { lazyFunctions, lazyModule } from "../../../toolchain/lean/lazyModule.js";

interface Numbers {
  readonly one: number;
  readonly two: number;
}

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pulumi-akash-lean-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

describe("a lazy module", () => {
  let require: NodeJS.Require;
  let loads: () => number;

  beforeEach(() => {
    const counter = join(folder, "counter.js");
    writeFileSync(counter, "exports.loads = 0;");
    writeFileSync(
      join(folder, "numbers.js"),
      'require("./counter").loads++; exports.__esModule = true; exports.one = 1; exports.two = 2;' +
        "exports.add = (a, b) => a + b; exports.Pair = class { constructor(a) { this.a = a; } static zero = 0; };",
    );
    require = createRequire(join(folder, "program.js"));
    loads = () => (require(counter) as { loads: number }).loads;
  });

  it("answers what is known without being loaded, and anything else as it is", () => {
    lazyModule(require, "./numbers", () => ({ one: "known" }));
    const numbers = require("./numbers") as Numbers & { __esModule: boolean };
    assert.equal(numbers.one, "known");
    assert.equal(numbers.__esModule, true);
    assert.equal(loads(), 0);
    assert.equal(numbers.two, 2);
    assert.equal(loads(), 1);
    assert.equal(numbers.one, "known");
  });

  it("has the members of the real one, for who lists them", () => {
    lazyModule(require, "./numbers");
    const numbers = require("./numbers") as Numbers;
    assert.equal("one" in numbers, true);
    assert.equal("three" in numbers, false);
    assert.deepEqual(Object.keys(numbers).sort(), ["Pair", "__esModule", "add", "one", "two"]);
    assert.equal({ ...numbers }.two, 2);
  });

  it("is the real one for whoever requires it later", () => {
    const withdraw = lazyModule(require, "./numbers", () => ({ one: "known" }));
    const early = require("./numbers") as Numbers;
    withdraw();
    assert.equal((require("./numbers") as Numbers).one, 1);
    assert.equal(early.one, "known");
    assert.equal(early.two, 2);
    withdraw();
    assert.equal((require("./numbers") as Numbers).one, 1);
    assert.equal(loads(), 1);
  });

  it("leaves alone what is loaded already", () => {
    const loaded = require("./numbers") as Numbers;
    lazyModule(require, "./numbers", () => ({ one: "known" }))();
    assert.equal(require("./numbers"), loaded);
    assert.equal(loads(), 1);
  });

  it("gives all names to who imports it", async () => {
    lazyModule(require, "./numbers", () => ({ one: "known" }));
    const imported = (await import(join(folder, "numbers.js"))) as Numbers;
    assert.deepEqual([imported.one, imported.two, loads()], ["known", 2, 1]);
  });

  it("lets a known member use the real one", () => {
    lazyModule(require, "./numbers", (load) => ({
      sum: () => {
        const { one, two } = load() as unknown as Numbers;
        return one + two;
      },
    }));
    const numbers = require("./numbers") as { sum(): number };
    assert.equal(loads(), 0);
    assert.equal(numbers.sum(), 3);
  });

  it("gives functions and classes by name that load it when they are used", () => {
    lazyModule(require, "./numbers", (load) => lazyFunctions(load, ["add", "Pair"]));
    const { add, Pair } = require("./numbers") as {
      add(a: number, b: number): number;
      Pair: { new (a: number): { a: number }; zero: number };
    };
    assert.equal(loads(), 0);
    assert.equal(add(1, 2), 3);
    assert.equal(new Pair(4).a, 4);
    assert.equal(Pair.zero, 0);
    assert.equal(loads(), 1);
  });
});

describe("kept code without types", () => {
  const keeper = new URL("../../../toolchain/lean/strippedTypes.js", import.meta.url).href;
  let kept: string;

  beforeEach(() => {
    kept = join(folder, "kept");
    mkdirSync(join(folder, "program"));
    writeFileSync(join(folder, "program", "package.json"), '{"type":"module"}');
    write("main.ts", 'import { value } from "./value.ts"; const shown: string = value; console.log(shown);');
    write("value.ts", 'export const value: string = "first";');
    write(
      "keep.mjs",
      `import { keepStrippedTypes } from ${JSON.stringify(keeper)}; keepStrippedTypes(${JSON.stringify(kept)});`,
    );
  });

  function write(name: string, text: string): void {
    writeFileSync(join(folder, "program", name), text);
  }

  function run(main = "main.ts") {
    return spawnSync(process.execPath, ["--import", "./keep.mjs", main], {
      cwd: join(folder, "program"),
      encoding: "utf8",
    });
  }

  it("runs as the source does, and is never stale", () => {
    const first = run();
    assert.deepEqual([first.stdout, first.stderr], ["first\n", ""]);
    const files = readdirSync(kept);
    assert.equal(files.length, 2);
    assert.deepEqual([run().stdout, readdirSync(kept)], ["first\n", files]);
    write("value.ts", 'export const value: string = "second";');
    assert.equal(run().stdout, "second\n");
    assert.equal(readdirSync(kept).length, 3);
  });

  it("is what runs", () => {
    run();
    for (const name of readdirSync(kept)) {
      const file = join(kept, name);
      writeFileSync(file, readFileSync(file, "utf8").replace("first", "kept"));
    }
    assert.equal(run().stdout, "kept\n");
  });

  it("leaves lines and columns where they are, and mistakes to Node", () => {
    write("main.ts", "interface A { a: string }\nconst a: A = { a: 'x' }; throw new Error(a.a);");
    assert.match(run().stderr, /main\.ts:2:32/);
    write("main.ts", "enum A { B }");
    const { status, stderr } = run();
    assert.equal(status, 1);
    assert.match(stderr, /ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX/);
  });

  it("leaves JavaScript and CommonJS alone", () => {
    write("plain.js", 'console.log("plain");');
    write("old.cts", 'const x: string = "old"; console.log(x);');
    assert.equal(run("plain.js").stdout, "plain\n");
    assert.equal(run("old.cts").stdout, "old\n");
    assert.throws(() => readdirSync(kept));
  });
});

describe("a program without what it does not use of the SDK", () => {
  const repo = join(import.meta.dirname, "..", "..", "..");

  function run(program: string) {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        "--import",
        "./toolchain/lean/program.js",
        "--eval",
        `const pulumi = require("@pulumi/pulumi"); ${program}`,
      ],
      { cwd: repo, encoding: "utf8" },
    );
    assert.equal(status, 0, stderr);
    return stdout.trim();
  }

  it("loads none of it", () => {
    const loaded = run("console.log(Object.keys(require.cache).join());");
    assert.match(loaded, /runtime\/rpc\.js/);
    for (const absent of [
      /typescript\.js/,
      /arborist\/lib/,
      /closure\/parseFunction/,
      /localWorkspace/,
      /NodeTracerProvider/,
    ]) {
      assert.doesNotMatch(loaded, absent);
    }
  });

  it("has all of it when it is used", () => {
    assert.equal(
      run(`const value = 7;
        pulumi.runtime.serializeFunction(() => value, {}).then(({ text }) => console.log(text.includes("return value") || text.includes("=> value"), /7/.test(text)));`),
      "true true",
    );
    assert.equal(
      run(
        "console.log(typeof pulumi.automation.LocalWorkspace.create, typeof pulumi.runtime.computeCodePaths, typeof pulumi.provider.main)",
      ),
      "function function function",
    );
    assert.equal(
      run("console.log(new pulumi.automation.ConcurrentUpdateError({}) instanceof Error)"),
      "true",
    );
  });
});
