import { join } from "node:path";

/** Folder of Pulumi.yaml: the repository's root. */
export const PROJECT = join(import.meta.dirname, "..");
