import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { openMemo } from "../../../toolchain/memo.ts";
import { loadPins, toolchainFolder } from "../../../toolchain/pins.ts";
import type { World } from "./world.ts";

/** How a command of this repository ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command of this repository as `run.sh` does, on a machine that no release host can be reached from and whose
 * Go pretends: it makes files of 100 kB that stand for all programs, so that everything is built within a second.
 *
 * @param cache the cache folder
 */
export async function runCommand(world: World, cache: string, ...args: string[]): Promise<Ended> {
  const { binaries, plugins } = loadPins();
  const module = join(world.folder, "module");
  for (const file of Object.values(binaries).flatMap((pin) => pin.module?.embed ?? [])) {
    mkdirSync(dirname(join(module, file)), { recursive: true });
    world.write(join("module", file), "{}");
  }
  world.write(
    "path/go",
    `#!/bin/sh
case "$1" in
  env) echo go99.0.0 ;;
  list) echo ${module} ;;
  build)
    while [ "$1" != -o ]; do shift; done
    head -c 100000 /dev/zero >"$2" && chmod 755 "$2" ;;
esac
`,
    0o755,
  );
  const memo = openMemo(cache);
  const releases = Object.values(binaries).flatMap((pin) => Object.values(pin.release ?? {}));
  for (const { url } of [...releases, ...Object.values(plugins)]) {
    if (url !== undefined) memo.set(`reachable:${new URL(url).origin}`, "no");
  }
  const child = spawn(
    process.execPath,
    [
      "--import",
      join(toolchainFolder, "lean/types.js"),
      join(toolchainFolder, "../commands/main.ts"),
      ...args,
    ],
    {
      env: {
        PATH: `${join(world.folder, "path")}:/usr/bin:/bin`,
        HOME: world.folder,
        NODE_COMPILE_CACHE: join(cache, "node-compiled"),
        PULUMI_AKASH_CACHE: cache,
        PULUMI_AKASH_EMBEDDED: join(world.folder, "embedded"),
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
    });
  }
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, ...output };
}
