import { writeFile } from "node:fs/promises";
import { SCHEMA_FILE, schemaText } from "./jsonSchema.ts";

// Run it after a change of the schema: node components/site/writeSchema.ts
await writeFile(SCHEMA_FILE, schemaText());
