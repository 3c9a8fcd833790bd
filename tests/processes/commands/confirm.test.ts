import assert from "node:assert/strict";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { before, describe, it } from "mocha";
import { hasTerminals, runOnTerminal } from "../../support/terminal/index.ts";

const MODULE = join(import.meta.dirname, "..", "..", "..", "commands", "confirm.ts");
const PROGRAM = `import { confirmed } from "${MODULE}";
await confirmed("Go on?", { standard: true }).then(
  (answer) => console.log("answer:", answer),
  (error) => console.log("error:", error.name, error.message),
);`;
const CTRL_C = "\u0003";

describe("a question on the terminal", function () {
  this.timeout(60_000);
  before(function () {
    if (!hasTerminals()) {
      console.log("      skipped: `script` of util-linux is not installed, which gives the terminal");
      this.skip();
    }
  });

  const answers: Readonly<Record<string, readonly [typed: string, said: string]>> = {
    "a yes": ["y\r", "answer: true"],
    "a no": ["n\r", "answer: false"],
    "what it stands at": ["\r", "answer: true"],
    "an interrupt, which is none of the library's errors": [CTRL_C, "error: StackError Nothing was changed."],
  };
  for (const [what, [typed, said]] of Object.entries(answers)) {
    it(`takes ${what}`, async () => {
      let asked = false;
      const { output } = await runOnTerminal({
        command: `'${process.execPath}' --input-type=module --eval '${PROGRAM}'`,
        env: { ...process.env, NO_COLOR: "1" },
        type: (written) => {
          if (asked || !written.includes("Go on?")) return undefined;
          asked = true;
          return typed;
        },
      });
      const lines = stripVTControlCharacters(output).split(/\r?\n/);
      assert.deepEqual(
        lines.filter((line) => /^(answer|error):/.test(line)),
        [said],
        output,
      );
    });
  }
});
