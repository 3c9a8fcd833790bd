// @ts-check
import { join } from "node:path";
import { keepStrippedTypes } from "./strippedTypes.js";

// Beside the code that Node keeps compiled; where it keeps none, nothing is kept.
const { NODE_COMPILE_CACHE } = process.env;
if (NODE_COMPILE_CACHE) keepStrippedTypes(join(NODE_COMPILE_CACHE, "stripped"));
