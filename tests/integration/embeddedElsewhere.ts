import { type ChildProcess, spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import type { EmbeddedServices } from "../../embedded/index.ts";
import type { Toolchain } from "../../toolchain/index.ts";

/** `ensureEmbedded` in a process of its own, as another command would call it. */
export interface Elsewhere {
  readonly process: ChildProcess;
  /** What it returned and what its user was told. */
  readonly result: Promise<{ readonly services: EmbeddedServices; readonly told: readonly string[] }>;
}

const module = new URL("../../embedded/index.ts", import.meta.url).href;
const tools = [
  "akash",
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kwok",
] as const;

const script = `
  const [module, folder, paths] = process.argv.slice(1);
  const { ensureEmbedded } = await import(module);
  const told = [];
  const progress = {
    line: (text) => told.push(text),
    start: (label) => (told.push(label), { note() {}, done() {}, fail() {} }),
  };
  const toolchain = { path: (tool) => JSON.parse(paths)[tool] };
  const services = await ensureEmbedded({ folder, toolchain, progress });
  console.log(JSON.stringify({ services, told }));`;

export function ensureElsewhere(folder: string, toolchain: Toolchain): Elsewhere {
  const paths = JSON.stringify(Object.fromEntries(tools.map((tool) => [tool, toolchain.path(tool)])));
  const child = spawn(process.execPath, ["--input-type=module", "-e", script, module, folder, paths], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return { process: child, result: text(child.stdout).then((output) => JSON.parse(output)) };
}
