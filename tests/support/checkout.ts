import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);
const ROOT = join(import.meta.dirname, "..", "..");

/** Arguments with which Node starts a checkout's commands, as `toolchain/run.sh` has it. */
export function startOfCommands(checkout: string): string[] {
  return ["--import", join(checkout, "toolchain/lean/types.js"), join(checkout, "commands/main.ts")];
}

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A copy of the working tree as a fresh clone would have it, with the installed packages linked into it, so that
 * a scenario has its own embedded site, state and stack files and leaves the working tree alone.
 */
export class Checkout {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<Checkout> {
    const folder = await claimFolder();
    const { stdout } = await execute("git", ["ls-files", "-z", "-co", "--exclude-standard"], { cwd: ROOT });
    // Git still lists a file that was just deleted in the working tree.
    const files = stdout.split("\0").filter((name) => name !== "" && existsSync(join(ROOT, name)));
    await execute("cp", ["--parents", "--no-dereference", "--preserve=mode", ...files, folder], {
      cwd: ROOT,
    });
    const git = (...args: string[]) =>
      execute("git", ["-c", "user.name=test", "-c", "user.email=test@localhost", ...args], { cwd: folder });
    await git("init", "--quiet");
    await git("add", "--all");
    await git("commit", "--quiet", "--message", "checkout");
    // Hard links: half a gigabyte of packages costs neither time nor disk.
    await execute("cp", ["-al", join(ROOT, "node_modules"), join(folder, "node_modules")]);
    return new Checkout(folder);
  }

  /** Runs one of the project's commands, for example `run("up", "--json")`. */
  run(...args: string[]): Promise<CommandResult> {
    return this.runWith({}, ...args);
  }

  /** The same with variables of the scenario's own. */
  runWith(env: NodeJS.ProcessEnv, ...args: string[]): Promise<CommandResult> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [...startOfCommands(this.folder), ...args], {
        cwd: this.folder,
        // Into a pipe, so there are no colours whatever the machine asks for.
        env: { ...process.env, NO_COLOR: undefined, FORCE_COLOR: undefined, ...env },
        stdio: ["ignore", "pipe", "pipe"],
      });
      let stdout = "";
      let stderr = "";
      child.stdout.on("data", (chunk) => (stdout += chunk));
      child.stderr.on("data", (chunk) => (stderr += chunk));
      child.once("error", reject);
      child.once("close", (code) => resolve({ code: code ?? 1, stdout, stderr }));
    });
  }

  read(path: string): Promise<string> {
    return readFile(join(this.folder, path), "utf8");
  }

  /** What `git status` would say: paths that changed since the checkout, the ignored ones left out. */
  async changes(): Promise<string> {
    const { stdout } = await execute("git", ["status", "--porcelain"], { cwd: this.folder });
    return stdout;
  }

  async remove(): Promise<void> {
    await this.run("down", "--yes");
    await rm(this.folder, { recursive: true, force: true });
  }
}

/**
 * A new folder with the lowest number that no other scenario has. Node keeps what it has compiled by path: under names
 * that never come again, each checkout would have all packages compiled anew, and leave that behind.
 */
async function claimFolder(): Promise<string> {
  for (let number = 1; ; number++) {
    const folder = join(tmpdir(), `pulumi-akash-site-${number}`);
    try {
      await mkdir(folder, { mode: 0o700 });
      return folder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}
