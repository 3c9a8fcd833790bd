/**
 * NVIDIA's software for tests: on test hosts (`machine.sh`) and as a chart (`charts`). Each says what it stands in for.
 * The card itself is one of the host's PCI bus: `startLab({ pci: [rtx5090] })`.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PciDevice, TestHost } from "../hosts/index.ts";

/** An RTX 5090 and its sound controller, which is no GPU. */
export const rtx5090: readonly PciDevice[] = [
  { vendor: "10de", device: "2b85", class: "030000" },
  { vendor: "10de", device: "22e8", class: "040300" },
];

/** Folder for `mirror.charts`. */
export const nvidiaCharts = join(import.meta.dirname, "charts");

/** What is to be as if it had been installed. */
export type NvidiaSoftware =
  | { readonly driver: string }
  /** A newer driver on disk, under the one that runs. */
  | { readonly upgrade: string }
  | "toolkit"
  /** The toolkit's runtime in Docker's configuration. */
  | "docker";

export async function installNvidia(host: TestHost, ...software: readonly NvidiaSoftware[]): Promise<void> {
  const script = readFileSync(join(import.meta.dirname, "machine.sh"), "utf8");
  for (const one of software) {
    const args = typeof one === "string" ? [one] : Object.entries(one)[0];
    await host.exec(`bash -s -- ${args?.join(" ")}`, { input: script });
  }
}
