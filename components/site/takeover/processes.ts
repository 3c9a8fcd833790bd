import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { isProviderCommand, signingKey } from "./roles.ts";
import type { HostProcess } from "./types.ts";

/** Marks of a container's control group: what runs in the cluster is found there. */
const CONTAINER = /kubepods|cri-containerd/;

/**
 * Providers that run on this machine as plain processes, such as a hand-made service. Of other users' processes
 * the command line can be seen, but not the variables. Empty where there is no /proc.
 */
export async function readProcesses(proc = "/proc"): Promise<HostProcess[]> {
  const pids = (await readdir(proc).catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map((pid) => readProcess(join(proc, pid), Number(pid))));
  return found.flatMap((process) => process ?? []);
}

async function readProcess(folder: string, pid: number): Promise<HostProcess | undefined> {
  const words = await readParts(join(folder, "cmdline"));
  if (!isProviderCommand(words)) return undefined;
  const [control, variables] = await Promise.all([
    readFile(join(folder, "cgroup"), "utf8").catch(() => ""),
    readParts(join(folder, "environ")),
  ]);
  if (CONTAINER.test(control)) return undefined;
  const pairs = variables.map((text) => [text.split("=", 1)[0], text.slice(text.indexOf("=") + 1)]);
  return { pid, from: signingKey(words, Object.fromEntries(pairs)) };
}

/** Parts that end with a zero byte; none when the process has ended or is not ours to read. */
async function readParts(file: string): Promise<string[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  return text.split("\0").filter((part) => part !== "");
}
