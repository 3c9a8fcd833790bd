import { existsSync, mkdirSync } from "node:fs";
import type { Context } from "mocha";
import { hostsFolder } from "./image.ts";
import { run } from "./run.ts";

const programs = ["apt-get", "dpkg-deb", "ip", "nsenter", "setpriv", "unshare"];

/** The first run makes the disk that all hosts start from. */
const FIRST_START_MS = 1_800_000;

/** For the hook that starts hosts: time enough for that, or the tests are skipped, saying why. */
export async function needsHosts(context: Context): Promise<void> {
  context.timeout(FIRST_START_MS);
  const reason = await hostsUnavailable();
  if (reason === undefined) return;
  process.stdout.write(`      skipped: ${reason}\n`);
  context.skip();
}

/** Why hosts cannot be started on this machine, as a sentence; undefined when they can. */
export async function hostsUnavailable(): Promise<string | undefined> {
  if (process.platform !== "linux") return "Test hosts need Linux.";
  if (process.getuid?.() !== 0) return "Test hosts need root, for namespaces and a network of their own.";
  const found = await Promise.all(programs.map(async (name) => (await run("which", [name])).code === 0));
  const missing = programs.filter((_, index) => !found[index]);
  if (missing.length > 0) return `Test hosts need ${missing.join(", ")}, which this machine lacks.`;
  if (!existsSync("/sys/fs/cgroup"))
    return "Test hosts need control groups, which this machine does not show.";
  mkdirSync(hostsFolder(), { recursive: true });
  const attempt = ["ip link add name probe type bridge", "mount -t tmpfs probe /mnt"].join(" && ");
  const { code, stderr } = await run("unshare", ["--mount", "--net", "--pid", "--fork", "sh", "-c", attempt]);
  if (code !== 0)
    return `Test hosts need namespaces and bridges, which this machine refuses: ${stderr.trim()}.`;
  return undefined;
}
