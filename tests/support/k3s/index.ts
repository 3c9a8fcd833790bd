/**
 * A stand-in for K3s, for machines that cannot fetch its release: K3s cannot be built from Go modules, but what it
 * consists of can. It has K3s's command line, files, ports and systemd behaviour as far as `components/k3s/binary.ts`
 * says that this package relies on them, and runs the real API server, controller-manager, scheduler and etcd of the
 * toolchain. So certificates, tokens, joining, etcd members, snapshots, versions, taints, leases of nodes and what
 * they lead to are real.
 *
 * Not real are: kubelet and containerd (pods are played by KWOK, a Ready pod proves nothing), the CNI (no packet goes
 * through one), SQLite (a single etcd, see `program/datastore.ts`), packaged charts, the device plugin (played from
 * what `nvidia-smi` says, see `program/gpus.ts`), and releases, which differ in the version they report alone.
 *
 * It is installed like the real one: from a mirror folder, by name and checksum.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureToolchain, loadPins, silentProgress } from "../../../toolchain/index.ts";
import { platformOf } from "../../../toolchain/pins.ts";

/** Where K3s comes from in a test. */
export interface K3sSource {
  /** Mirror folder, for `k3s.mirror` or PULUMI_AKASH_MIRROR. */
  readonly mirror: string;
  /** What hosts need to have: pass it to `startLab`. */
  readonly shares: Readonly<Record<string, string>>;
  /** Whether it is the stand-in. */
  readonly standIn: boolean;
  remove(): void;
}

const home = "/opt/k3s-stand-in";
const programs = [
  "etcd",
  "etcdutl",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kwok",
] as const;

/** Releases that are pinned. */
function k3sVersions(): readonly string[] {
  return Object.keys(loadPins().k3s.releases);
}

/** The mirror folder with every release: PULUMI_AKASH_MIRROR if it holds the real ones, else the stand-in. */
export async function openK3s(versions: readonly string[] = k3sVersions()): Promise<K3sSource> {
  const real = process.env["PULUMI_AKASH_MIRROR"];
  if (real !== undefined && versions.every((version) => existsSync(join(real, version, fileName())))) {
    return { mirror: real, shares: {}, standIn: false, remove: () => {} };
  }
  const toolchain = await ensureToolchain({ tools: [...programs], progress: silentProgress });
  const mirror = mkdtempSync(join(tmpdir(), "k3s-mirror-"));
  for (const version of versions) writeRelease(join(mirror, version), version);
  const files = programs.map((name) => [`${home}/bin/${name}`, realpathSync(toolchain.path(name))]);
  return {
    mirror,
    shares: {
      ...Object.fromEntries(files),
      [`${home}/node`]: process.execPath,
      [`${home}/checkout`]: join(import.meta.dirname, "..", "..", ".."),
    },
    standIn: true,
    remove: () => rmSync(mirror, { recursive: true, force: true }),
  };
}

function fileName(): string {
  return platformOf() === "linux/arm64" ? "k3s-arm64" : "k3s";
}

function writeRelease(folder: string, version: string): void {
  const architecture = platformOf().split("/")[1] ?? "";
  const script = [
    "#!/bin/bash",
    `# Stands in for K3s ${version}; see tests/support/k3s.`,
    `export K3S_STAND_IN_VERSION=${version}`,
    `exec ${home}/node --disable-warning=ExperimentalWarning ${home}/checkout/tests/support/k3s/program/main.ts "$@"`,
    "",
  ].join("\n");
  // For machines without internet; nothing is unpacked from it.
  const images = `Stands in for the images of K3s ${version}.\n`;
  const files = { [fileName()]: script, [`k3s-airgap-images-${architecture}.tar.zst`]: images };
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const sums = Object.entries(files).map(
    ([name, content]) => `${createHash("sha256").update(content).digest("hex")}  ${name}`,
  );
  writeFileSync(join(folder, `sha256sum-${architecture}.txt`), `${sums.join("\n")}\n`);
}
