import { z } from "zod";
import { siteSchema } from "./schema.ts";

/** The committed JSON Schema; `writeSchema.ts` writes it, and a test compares. */
export const SCHEMA_FILE = new URL("./site.schema.json", import.meta.url);

/** JSON Schema of a whole stack file, so that an editor completes and checks `akash:site` in place. */
function stackFileSchema(): object {
  const { $schema, ...site } = z.toJSONSchema(siteSchema, { io: "input", unrepresentable: "any" });
  return {
    $schema,
    title: "A pulumi-akash stack file",
    type: "object",
    properties: {
      config: { type: "object", properties: { "akash:site": site } },
    },
  };
}

/** The text of the committed file. */
export const schemaText = (): string => `${JSON.stringify(stackFileSchema(), null, 2)}\n`;
