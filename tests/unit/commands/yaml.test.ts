import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { parseAnswers } from "../../../commands/init/answers.ts";
import { stackFileText } from "../../../commands/init/stackFile.ts";
import { readStack } from "../../../commands/stack.ts";
import { parseYaml } from "../../../commands/yaml.ts";
import { loadFleet } from "../../../fleet/declaration/load.ts";
import { declaration } from "../site/declarations.ts";

/** Stands beside each mistake, as a secret might. */
const CANARY = "canary-of-a-neighbour";

function complaints(text: string): readonly string[] {
  let found: readonly string[] = [];
  try {
    parseYaml(text, "Pulumi.garage.yaml", (problems) => {
      found = problems;
      return new Error("refused");
    });
  } catch (error) {
    assert.equal((error as Error).message, "refused");
  }
  return found;
}

describe("a YAML file that a person wrote", () => {
  const lines = (...given: string[]) => `${given.join("\n")}\n`;
  const noYaml = "Look here and in the line before for a missing quote, bracket, colon or space.";
  const cases: Record<string, { given: string; says: string[] }> = {
    "a key twice, in a map and in a list": {
      given: lines(
        "config:",
        "  akash:site:",
        "    attributes:",
        "      tier: community",
        `      organization: ${CANARY}`,
        "      tier: premium",
        "    nodes:",
        "      - { host: 203.0.113.10 }",
        "      - { host: 203.0.113.11, host: 203.0.113.12 }",
      ),
      says: [
        "Pulumi.garage.yaml:6: config.akash:site.attributes.tier is there twice. Keep one of them: keys are unique.",
        "Pulumi.garage.yaml:9: config.akash:site.nodes[1].host is there twice. Keep one of them: keys are unique.",
      ],
    },
    "a key that looks like a secret twice": {
      given: lines(`${"ab12".repeat(16)}: 1`, `${"ab12".repeat(16)}: 2`),
      says: ["Pulumi.garage.yaml:2: (hidden) is there twice. Keep one of them: keys are unique."],
    },
    "a bracket that is not closed": {
      given: lines("config: [", `words: ${CANARY}`),
      says: [
        "Pulumi.garage.yaml:2 is not indented like the lines beside it, or a bracket before it is not closed. Give the fields of a group the same number of spaces, and close each [ and {.",
      ],
    },
    "a quote that is not closed": {
      given: lines(`a: "${CANARY}`, "b: c"),
      says: [`Pulumi.garage.yaml:3 cannot be read as YAML. ${noYaml}`],
    },
    "text outside any field": {
      given: lines("a: 1", "- b", CANARY),
      says: [`Pulumi.garage.yaml:2 cannot be read as YAML. ${noYaml}`],
    },
    "two colons": {
      given: lines("a: 1", `b: ${CANARY}: c`),
      says: [
        "Pulumi.garage.yaml:2 has a second colon, or is indented too far. Put text with a colon and a space in quotes.",
      ],
    },
    "a tab": {
      given: lines("a:", `\tb: ${CANARY}`),
      says: ["Pulumi.garage.yaml:2 is indented with a tab. Indent with spaces."],
    },
    "a reserved character": {
      given: lines(`a: @${CANARY}`),
      says: ["Pulumi.garage.yaml:1 has text that begins with @, ` or %. Put the text in quotes."],
    },
    "an alias of nothing": {
      given: lines(`a: *${CANARY}`),
      says: [
        "Pulumi.garage.yaml:1 has an alias (*name) without its anchor (&name). Put text that begins with * in quotes.",
      ],
    },
    "two documents": {
      given: lines("a: 1", "---", `b: ${CANARY}`),
      says: ["Pulumi.garage.yaml:2 begins a second document. Remove the line ---: a file is one document."],
    },
    "what grows without end": {
      given: lines(
        "a: &a [x, x, x, x, x, x, x, x, x, x]",
        "b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]",
        "c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]",
        "d: [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]",
      ),
      says: ["Pulumi.garage.yaml repeats too much by aliases (*name). Write the values out."],
    },
  };
  for (const [what, { given, says }] of Object.entries(cases)) {
    it(`is refused for ${what}`, () => assert.deepEqual(complaints(given), says));
  }

  it("is read with its aliases", () => {
    assert.deepEqual(
      parseYaml("a: &a { b: 1 }\nc: *a\n", "f", () => new Error()),
      { a: { b: 1 }, c: { b: 1 } },
    );
  });

  describe("of each kind", () => {
    let folder: string;
    before(() => {
      folder = mkdtempSync(join(tmpdir(), "pulumi-akash-yaml-"));
    });
    after(() => rmSync(folder, { recursive: true }));

    const twice = "a:\n  b: 1\n  b: 2\n";
    const said = "a.b is there twice. Keep one of them: keys are unique.";

    it("is refused as its reader refuses: a stack, a fleet, answers, a file to be replaced", async () => {
      writeFileSync(join(folder, "Pulumi.garage.yaml"), twice);
      await assert.rejects(readStack("garage", folder), {
        name: "StackError",
        message: `Pulumi.garage.yaml:3: ${said}`,
      });
      writeFileSync(join(folder, "fleet.yaml"), twice);
      await assert.rejects(loadFleet(join(folder, "fleet.yaml"), folder), {
        name: "FleetDeclarationError",
        message: `fleet.yaml: one problem. Nothing was changed.\n- fleet.yaml:3: ${said}`,
      });
      assert.throws(() => parseAnswers(twice, "answers.yaml"), {
        name: "InitError",
        message: `answers.yaml:3: ${said}`,
      });
      assert.throws(
        () => stackFileText(declaration({}) as never, { name: "Pulumi.garage.yaml", text: twice }),
        {
          name: "InitError",
          message: `Pulumi.garage.yaml:3: ${said}\nOr remove the file: it is written anew.`,
        },
      );
    });
  });
});
