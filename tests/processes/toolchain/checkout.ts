import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { toolchainFolder } from "../../../toolchain/pins.ts";
import { openWorld, type World } from "./world.ts";

/** A checkout in a world of its own, whose one command prints what it was given. */
export interface Checkout {
  world: World;
  /** `run.sh`, for processes that a test starts itself. */
  script: string;
  env: NodeJS.ProcessEnv;
  /** The cache folder. */
  cache: string;
  run(...args: string[]): { status: number | null; stdout: string; stderr: string };
  /** Puts a shell script on PATH. */
  program(name: string, script: string): void;
  /** An npm that notes its arguments and does what `then` says. */
  npm(then: string): void;
  /** What that npm was called with. */
  calls(): string[];
  /** Says that the npm packages are there, for tests of what comes before. */
  havePackages(): void;
  close(): Promise<void>;
}

/** Opens a checkout; close it after the test. */
export async function openCheckout(): Promise<Checkout> {
  const world = await openWorld();
  const inWorld = (path: string) => join(world.folder, path);
  mkdirSync(inWorld("repo/toolchain"), { recursive: true });
  for (const name of ["run.sh", "bootstrap.sh", "node.sh", "pins.json", "lean"]) {
    cpSync(join(toolchainFolder, name), inWorld(`repo/toolchain/${name}`), { recursive: true });
  }
  world.write("repo/package-lock.json", "{}");
  world.write("repo/package.json", '{"type":"module"}');
  world.write("repo/commands/main.ts", "console.log(JSON.stringify(process.argv.slice(2)));");
  const env = { PATH: `${inWorld("path")}:/usr/bin:/bin`, HOME: world.folder };
  const script = inWorld("repo/toolchain/run.sh");
  const program = (name: string, text: string) =>
    void world.write(`path/${name}`, `#!/bin/sh\n${text}\n`, 0o755);
  // The script looks several times a second how its programs are getting on: so often that tests are fast.
  program("sleep", "exec /bin/sleep 0.01");
  return {
    world,
    script,
    env,
    cache: inWorld(".cache/pulumi-akash"),
    run: (...args) => spawnSync("sh", [script, ...args], { encoding: "utf8", env }),
    program,
    npm: (then) => program("npm", `echo "$*" >>${inWorld("calls")}\n${then}`),
    calls: () =>
      existsSync(inWorld("calls")) ? readFileSync(inWorld("calls"), "utf8").trim().split("\n") : [],
    havePackages() {
      mkdirSync(inWorld("repo/node_modules"), { recursive: true });
      writeFileSync(inWorld("repo/node_modules/.package-lock.json"), "{}");
    },
    close: () => world.close(),
  };
}

/** The version that `fakeNode` says it is: new enough, and no real one's. */
export const FAKE_NODE = "22.99.0";

/** Stands for a Node of that version, which would start more slowly: prints the command and its arguments. */
export const fakeNode = (version = FAKE_NODE) => `#!/bin/sh
case $2 in
  process.versions.node) echo ${version} ;;
  process.execPath) echo "$0" ;;
  *) shift 3; echo "node ${version}: $*" ;;
esac
`;

/** A real Node on PATH that lies alone, so that no npm is beside it. */
export function haveNode({ world }: Checkout): void {
  const node = join(world.folder, "path/node");
  rmSync(node, { force: true });
  try {
    linkSync(process.execPath, node);
  } catch {
    cpSync(process.execPath, node);
  }
}

/** Has the system's programs on PATH as they are, apart from npm, which many systems package by itself. */
export function haveNoNpm({ world, env }: Checkout): void {
  const system = join(world.folder, "system");
  mkdirSync(system);
  for (const folder of ["/usr/bin", "/bin"]) {
    for (const name of readdirSync(folder)) {
      if (/^(npm|npx|node)$/.test(name) || existsSync(join(system, name))) continue;
      symlinkSync(join(folder, name), join(system, name));
    }
  }
  env.PATH = `${join(world.folder, "path")}:${system}`;
}
