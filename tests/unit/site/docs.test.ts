import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "mocha";
import { parse } from "yaml";
import { parseSiteConfig } from "../../../components/site/config.ts";
import { loadPins } from "../../../toolchain/pins.ts";
import { codeBlocks } from "../../support/codeBlocks.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const PAGES = ["README.md", ...globSync("docs/**/*.md", { cwd: ROOT })];
const STACK_FILES = ["Pulumi.dev.yaml", ...globSync("docs/**/Pulumi.*.yaml", { cwd: ROOT })];

const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");
const scripts: Record<string, string> = JSON.parse(read("package.json")).scripts;

describe("documentation", () => {
  let sites = 0;
  for (const page of PAGES) {
    describe(page, () => {
      const text = read(page);

      for (const code of codeBlocks(text, "yaml").filter((block) => block.includes("akash:site"))) {
        sites++;
        it("shows a site that is valid", () => {
          assert.ok(parseSiteConfig(parse(code).config["akash:site"], page));
        });
      }

      it("names scripts that exist", () => {
        for (const [command, name = ""] of text.matchAll(/npm run (?:--silent )?([a-z]+)/g)) {
          assert.ok(scripts[name], `${command} is no script of package.json`);
        }
        for (const [command, name = ""] of text.matchAll(/`\.\/([a-z]+)`/g)) {
          assert.ok(existsSync(join(ROOT, name)), `${command} is no file`);
        }
      });

      it("links to files that exist", () => {
        for (const [link, target = ""] of text.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)) {
          assert.ok(existsSync(join(ROOT, dirname(page), target)), `${link} leads nowhere`);
        }
      });

      it("names imports that exist", () => {
        const door = read("components/index.ts");
        for (const code of codeBlocks(text, "ts")) {
          for (const [, names = ""] of code.matchAll(/import \{([^}]+)\} from "pulumi-akash"/g)) {
            for (const name of names.split(",").map((part) => part.trim())) {
              assert.match(door, new RegExp(`\\b${name}\\b`), `${name} is not exported`);
            }
          }
        }
      });
    });
  }

  it("shows a whole site in the README", () => assert.ok(sites > 0));

  for (const file of STACK_FILES) {
    it(`${file} is a valid site, with the schema for editors`, () => {
      const text = read(file);
      assert.ok(parseSiteConfig(parse(text).config["akash:site"], file));
      const [, schema = ""] = /^# yaml-language-server: \$schema=(\S+)/.exec(text) ?? [];
      assert.ok(existsSync(join(ROOT, dirname(file), schema)), `no schema at ${schema}`);
    });
  }
});

describe("docs/not-yet-run-on-hardware.md", () => {
  const rows = [...read("docs/not-yet-run-on-hardware.md").matchAll(/^\| ([^|]+) \|/gm)].map(
    ([, what = ""]) => what,
  );
  const { charts, plugins } = loadPins();

  for (const name of [...Object.keys(charts), ...Object.keys(plugins)]) {
    it(`says how far ${name} has been run, which tests have a stand-in for`, () => {
      assert.equal(rows.filter((what) => what.includes(`\`${name}\``)).length, 1);
    });
  }
});

describe("docs/troubleshooting.md", () => {
  const plain = (text: string) => text.replaceAll(/[\\`]/g, "");
  const sources = globSync("{components,commands,policies,embedded,toolchain}/**/*.ts", { cwd: ROOT });
  const code = sources.map((file) => plain(read(file))).join("\n");

  for (const [, table = ""] of read("docs/troubleshooting.md").matchAll(
    /^\| it says .*\n\|[-|]+\n((?:\|.*\n)+)/gm,
  )) {
    for (const row of table.trimEnd().split("\n")) {
      const quoted = plain(row.split(" | ")[0] ?? "").slice(2);
      it(`quotes what is really said: ${quoted}`, () => {
        for (const part of quoted.split("…")) {
          assert.ok(code.includes(part.trim()), `no source says: ${part.trim()}`);
        }
      });
    }
  }
});
