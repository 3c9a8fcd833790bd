import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "mocha";
import { SCHEMA_FILE, schemaText } from "../../../components/site/jsonSchema.ts";

describe("site.schema.json", () => {
  it("is what the schema says; `node components/site/writeSchema.ts` renews it", async () => {
    assert.equal(await readFile(SCHEMA_FILE, "utf8"), schemaText());
  });

  it("describes every field", () => {
    const silent: string[] = [];
    const visit = (node: unknown, path: string): void => {
      if (typeof node !== "object" || node === null) return;
      const properties: unknown = Reflect.get(node, "properties");
      for (const [name, field] of Object.entries(properties ?? {})) {
        if (!Reflect.get(Object(field), "description")) silent.push(`${path}.${name}`);
      }
      for (const [name, inner] of Object.entries(node))
        visit(inner, name === "properties" ? path : `${path}.${name}`);
    };
    const schema = JSON.parse(schemaText());
    visit(schema.properties.config.properties["akash:site"], "site");
    assert.deepEqual(silent, []);
  });
});
