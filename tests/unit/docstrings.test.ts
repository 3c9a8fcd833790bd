import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";

const ROOT = join(import.meta.dirname, "..", "..");

/** Public fields at the first level of exported classes and interfaces without a comment above them, as `line: text`. */
function undocumented(text: string): string[] {
  const lines = text.split("\n");
  const found: string[] = [];
  let inside = false;
  for (const [index, line] of lines.entries()) {
    if (/^export (interface|(abstract )?class) /.test(line)) inside = true;
    if (line === "}") inside = false;
    if (!inside || !/^ {2}(declare )?readonly \w+\??:/.test(line)) continue;
    if (!lines[index - 1]?.trimEnd().endsWith("*/")) found.push(`${index + 1}: ${line.trim()}`);
  }
  return found;
}

describe("docstrings of the components", () => {
  it("are above every argument and output", () => {
    const components = globSync("components/**/[A-Z]*.ts", { cwd: ROOT });
    assert.ok(components.length > 30);
    const missing = [...components, "components/dns/recordArgs.ts"].flatMap((file) =>
      undocumented(readFileSync(join(ROOT, file), "utf8")).map((field) => `${file}:${field}`),
    );
    assert.deepEqual(missing, []);
  });

  it("are missed where there are none", () => {
    const text = "export interface A {\n  /** One. */\n  readonly one: 1;\n  readonly two?: 2;\n}\n";
    assert.deepEqual(undocumented(text), ["4: readonly two?: 2;"]);
  });
});
