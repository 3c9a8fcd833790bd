import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { parse } from "yaml";
import { refuseForeignTypes, refuseUnknownReaders } from "../../../toolchain/pack/checks.ts";
import { importsOf, packagesOf, reachableDeclarations } from "../../../toolchain/pack/imports.ts";
import { publishedManifest } from "../../../toolchain/pack/manifest.ts";

describe("packing the library", () => {
  it("finds imports in every form", () => {
    const module = `import "a"; import b from "b"; export * from "./c.js"; const d = await import("d/e");`;
    assert.deepEqual(importsOf(module), ["a", "b", "./c.js", "d/e"]);
    const declaration = `import type { A } from "a"; export declare const b: import("b").B; export { type C } from "./c.ts";`;
    assert.deepEqual(importsOf(declaration).sort(), ["./c.ts", "a", "b"]);
  });

  it("follows declarations as far as the door reaches, also in a circle", () => {
    const files = new Map([
      ["lib/index.d.ts", `export * from "./area/one.ts";`],
      ["lib/area/one.d.ts", `import type { Two } from "../two.ts"; export * from "../index.ts";`],
      ["lib/two.d.ts", ""],
      ["lib/inner.d.ts", `import type { M } from "a-private-package";`],
    ]);
    assert.deepEqual([...reachableDeclarations(files, "lib/index.ts")].sort(), [
      "lib/area/one.d.ts",
      "lib/index.d.ts",
      "lib/two.d.ts",
    ]);
  });

  it("names packages by scope and leaves out Node's own and relative paths", () => {
    const files = new Map([
      [
        "a.js",
        `import "@scope/name/part"; import "plain/part"; import "node:fs"; import "os"; import "./b.js";`,
      ],
      ["b.js", `import "plain";`],
      ["a.d.ts", `import type { T } from "types-only";`],
    ]);
    assert.deepEqual(
      [...packagesOf(files, ".js")],
      [
        ["@scope/name", ["a.js"]],
        ["plain", ["a.js", "b.js"]],
      ],
    );
    assert.deepEqual([...packagesOf(files, ".d.ts").keys()], ["types-only"]);
  });

  it("refuses types of the chain's SDK in the library's own", () => {
    const shown = (specifier: string) => new Map([["chain/x.d.ts", `export * from "${specifier}";`]]);
    refuseForeignTypes(shown("@pulumi/pulumi"));
    assert.throws(() => refuseForeignTypes(shown("@akashnetwork/chain-sdk/private-types/akash.v1")), {
      name: "PackError",
      message:
        "chain/x.d.ts shows types of @akashnetwork/chain-sdk to programs. Declare a type of our own for them.",
    });
  });

  it("refuses a module that reads a file which is not packed", () => {
    const files = new Map([["gpu/table.js", `new URL("./table.json", import.meta.url)`]]);
    refuseUnknownReaders(files, ["gpu/table.js"]);
    assert.throws(
      () => refuseUnknownReaders(files, []),
      /^PackError: gpu\/table\.js locates files beside it/,
    );
  });

  it("has the policy pack in the package's own version", () => {
    const read = (path: string) => readFileSync(join(import.meta.dirname, "../../..", path), "utf8");
    const { version } = JSON.parse(read("package.json"));
    assert.equal(JSON.parse(read("policies/package.json")).version, version);
    assert.equal(parse(read("policies/PulumiPolicy.yaml")).version, version);
  });

  describe("package.json", () => {
    const manifest = {
      name: "library",
      version: "1.2.3",
      private: true,
      workspaces: ["."],
      scripts: { test: "mocha" },
      main: "index.ts",
      exports: { ".": "./door.ts", "./parts/*": "./inner/*.ts", "./package.json": "./package.json" },
      dependencies: { "@pulumi/pulumi": "3.1.0", used: "1.0.0", unused: "2.0.0" },
      devDependencies: { mocha: "12.0.0" },
    };

    it("has the same doors, compiled, and only what they import", () => {
      assert.deepEqual(publishedManifest(manifest, new Set(["used", "@pulumi/pulumi"])), {
        name: "library",
        version: "1.2.3",
        main: "./door.js",
        types: "./door.d.ts",
        exports: {
          ".": { types: "./door.d.ts", default: "./door.js" },
          "./parts/*": "./inner/*.js",
          "./package.json": "./package.json",
        },
        dependencies: { used: "1.0.0" },
        peerDependencies: { "@pulumi/pulumi": "^3.1.0" },
      });
    });

    it("is refused when an import is not declared, or only for development", () => {
      assert.throws(() => publishedManifest(manifest, new Set(["used", "mocha", "qrcode"])), {
        name: "PackError",
        message:
          "The library imports mocha, qrcode, which package.json does not list under `dependencies`. Add them there.",
      });
    });
  });
});
