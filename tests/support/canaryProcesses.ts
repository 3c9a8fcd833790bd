import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Looks at the command lines of all processes of the machine, again and again, until it is stopped. */
export class CommandLines {
  readonly seen = new Set<string>();
  readonly #timer: NodeJS.Timeout;

  /** @param intervalMs between two looks; default 50 */
  constructor(intervalMs = 50) {
    this.#timer = setInterval(() => this.#look(), intervalMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    for (const pid of readdirSync("/proc")) {
      if (/^\d+$/.test(pid)) this.seen.add(readIfThere(join("/proc", pid, "cmdline")).toString("latin1"));
    }
  }
}

/** Environments of the programs whose pid files are below a folder, by name. */
export function daemonEnvironments(folder: string): Map<string, Buffer> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const pidFiles = files.filter((file) => /(^|\/)pids\/[^/]+\.json$/.test(file));
  return new Map(
    pidFiles.map((file) => {
      const { pid } = JSON.parse(readFileSync(join(folder, file), "utf8")) as { pid: number };
      return [file, readFileSync(`/proc/${pid}/environ`)];
    }),
  );
}

/** Every file below a folder that `keep` wants; what is no file or is gone meanwhile is left out. */
export function filesBelow(
  folder: string,
  keep: (path: string) => boolean = () => true,
): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && keep(path)) found.set(path, readIfThere(path));
  }
  return found;
}

function readIfThere(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}
