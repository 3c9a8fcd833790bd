import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Writes the program that a site is measured against: as many ConfigMaps as the site has resources, on the same
 * cluster, with the same packages. What it costs is what the engine itself costs.
 */
export async function writePlainProgram(
  folder: string,
  options: { packages: string; kubeconfig: string; count: number },
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await symlink(options.packages, join(folder, "node_modules"));
  const files: Record<string, string> = {
    "package.json": JSON.stringify({ name: "plain", type: "module" }),
    "Pulumi.yaml": [
      "name: plain",
      "main: index.ts",
      "runtime: { name: nodejs, options: { typescript: false } }",
      "",
    ].join("\n"),
    "index.ts": [
      'import { readFileSync } from "node:fs";',
      'import * as kubernetes from "@pulumi/kubernetes";',
      `const kubeconfig = readFileSync(${JSON.stringify(options.kubeconfig)}, "utf8");`,
      'const provider = new kubernetes.Provider("cluster", { kubeconfig, clusterIdentifier: "plain" });',
      `for (let i = 0; i < ${options.count}; i++) {`,
      '  new kubernetes.core.v1.ConfigMap("plain-" + i, { data: { value: String(i) } }, { provider });',
      "}",
      "",
    ].join("\n"),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
}
