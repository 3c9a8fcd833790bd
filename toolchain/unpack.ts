import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { ToolchainError } from "./errors.ts";
import { lastLines, runProgram } from "./processes.ts";
import { unzip } from "./zip.ts";

/** Unpacks a `.tar.gz`, `.tgz`, `.tar.xz`, `.zip` or `.whl` file into `folder`. */
export async function unpack(file: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  if (/\.(zip|whl)$/.test(file)) {
    unzip(file, folder);
    return;
  }
  const result = await runProgram("tar", ["-xf", file, "-C", folder, "--no-same-owner"]);
  if (result.code !== 0) {
    throw new ToolchainError(
      "download",
      `${basename(file)} could not be unpacked: ${lastLines(result.tail)}`,
      "Check that `tar` and `gzip` or `xz` are installed and that the disk is not full, and run the command again",
    );
  }
}

/** Whether a release file is an archive; other files are the program itself. */
function isArchive(file: string): boolean {
  return /\.(tar\.gz|tgz|tar\.xz|zip|whl)$/.test(file);
}

/**
 * Takes `programs` out of a checked release file into `folder` and removes the rest.
 * Throws ToolchainError `download` when a program is not inside.
 */
export async function takePrograms(file: string, programs: string[], folder: string): Promise<void> {
  const [only] = programs;
  if (!isArchive(file) && only) {
    renameSync(file, join(folder, only));
    chmodSync(join(folder, only), 0o755);
    return;
  }
  const unpacked = join(folder, ".unpacked");
  await unpack(file, unpacked);
  rmSync(file);
  const files = readdirSync(unpacked, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  for (const program of programs) {
    const entry = files.find((candidate) => candidate.name === program);
    if (!entry) {
      throw new ToolchainError(
        "download",
        `${basename(file)} holds no file called ${program}`,
        "Correct `programs` of this entry in toolchain/pins.json",
      );
    }
    renameSync(join(entry.parentPath, entry.name), join(folder, program));
    chmodSync(join(folder, program), 0o755);
  }
  rmSync(unpacked, { recursive: true, force: true });
}
