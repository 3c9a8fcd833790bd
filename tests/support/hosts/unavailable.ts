import { existsSync, mkdirSync } from "node:fs";
import { hostsFolder } from "./image.ts";
import { run } from "./run.ts";

const programs = ["apt-get", "dpkg-deb", "ip", "nsenter", "setpriv", "unshare"];

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
