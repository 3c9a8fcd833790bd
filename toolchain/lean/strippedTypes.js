// @ts-check
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { registerHooks, stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Keeps TypeScript without its types in a folder, by a digest of the source: Node strips them anew in each process
 * and loads a compiler for it, a tenth of what a run of the engine costs. Nothing there can be stale.
 *
 * @param {string} folder
 */
export function keepStrippedTypes(folder) {
  registerHooks({
    load(url, context, nextLoad) {
      const source =
        context.format === "module-typescript" ? stripped(fileURLToPath(url), folder) : undefined;
      if (source === undefined) return nextLoad(url, context);
      return { format: "module", source, shortCircuit: true };
    },
  });
}

/**
 * @param {string} path
 * @param {string} folder
 * @returns {string | undefined} undefined where Node is better asked itself, for what it says
 */
function stripped(path, folder) {
  const source = readFileSync(path);
  const digest = createHash("sha256").update(process.version).update(source).digest("hex");
  const file = join(folder, `${digest.slice(0, 32)}.js`);
  try {
    return readFileSync(file, "utf8");
  } catch {
    // Not there yet.
  }
  try {
    const result = strip(source.toString());
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${file}.${process.pid}`, result);
    renameSync(`${file}.${process.pid}`, file);
    return result;
  } catch {
    return undefined;
  }
}

/**
 * The same as Node does for an import, which it does not call an experiment.
 *
 * @param {string} source
 */
function strip(source) {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(source, { mode: "strip" });
  } finally {
    process.emitWarning = emitWarning;
  }
}
