import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FleetDeclarationError } from "./errors.ts";
import type { FleetSite } from "./resolve.ts";
import { renderStackFile, StackFileEdited } from "./stackFile.ts";

export interface RenderOptions {
  /** Folder of Pulumi.yaml. */
  readonly project: string;
  /** Give up what was written into stack files by hand; default false. */
  readonly overwrite?: boolean;
}

/**
 * Writes `Pulumi.<site>.yaml` of every site whose file is not as declared.
 *
 * @returns names of the files that were written
 * @throws FleetDeclarationError naming every file with an edit of its own; then none is written
 */
export async function renderStackFiles(
  sites: readonly FleetSite[],
  { project, overwrite = false }: RenderOptions,
): Promise<string[]> {
  const changed: { readonly file: string; readonly text: string }[] = [];
  const problems: string[] = [];
  for (const { name, declaration } of sites) {
    const file = `Pulumi.${name}.yaml`;
    const before = await readFile(join(project, file), "utf8").catch(ignoreMissing);
    try {
      const text = renderStackFile(file, declaration, before, overwrite);
      if (text !== before) changed.push({ file, text });
    } catch (error) {
      if (!(error instanceof StackFileEdited)) throw error;
      problems.push(error.message);
    }
  }
  if (problems.length > 0) throw new FleetDeclarationError("stack files", problems);
  for (const { file, text } of changed) await replace(join(project, file), text);
  return changed.map(({ file }) => file);
}

/** Another run may read the file meanwhile: it sees the old text or the new one. */
async function replace(path: string, text: string): Promise<void> {
  const fresh = `${path}.new`;
  await writeFile(fresh, text);
  await rename(fresh, path);
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
