import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { cacheRootOf } from "../../toolchain/cache.ts";
import { type ArtefactPin, loadPins } from "../../toolchain/pins.ts";

/** Charts this package installs; versions and addresses are in `toolchain/pins.json`. */
export type ChartName =
  | "cert-manager"
  | "gpu-operator"
  | "ingress-nginx"
  | "nginx-gateway-fabric"
  | "rook-ceph"
  | "tigera-operator";

/** A chart as `helm.v3.Release` takes it. */
export interface ChartSource {
  /** Archive address, `oci://` reference, or path of an archive or folder. */
  readonly chart: string;
  /** Set where the address does not contain it. */
  readonly version?: string;
  readonly kind: "release" | "oci" | "mirror" | "module";
}

/** A chart or CRD bundle cannot be had from where it was looked for. */
export class ArtefactMissing extends Error {
  override readonly name = "ArtefactMissing";
}

let pinned: ReturnType<typeof loadPins> | undefined;

/** An image as pods name it, at its pinned version. */
export function imageReference(name: string): string {
  const { image, version } = pinOf("images", name);
  return `${image}:${version}`;
}

/** The pin of a chart, a bundle of CRDs or an image. */
export function pinOf(section: "charts" | "crds" | "images", name: string): ArtefactPin {
  pinned ??= loadPins();
  const pin = pinned[section][name];
  if (pin === undefined) {
    throw new ArtefactMissing(
      `toolchain/pins.json has no entry ${section}.${name}. Add its version and address.`,
    );
  }
  return pin;
}

/** Where the cache has a chart that was taken out of its Go module. */
export function moduleChartFolder(name: ChartName, cacheRoot = cacheRootOf()): string {
  return join(cacheRoot, "charts", `${name}-${pinOf("charts", name).version}`);
}

/**
 * Where a chart comes from: for sites without internet a mirror folder, which holds `<name>-<version>.tgz` or the
 * unpacked folder `<name>`; else the cache, where `ensureChart` has put it there out of its Go module; else its
 * official address at the pinned version.
 *
 * @param cacheRoot default: the toolchain's cache folder
 * @throws ArtefactMissing when the mirror holds neither, or an archive that is not the pinned one
 */
export function chartSource(name: ChartName, mirror?: string, cacheRoot?: string): ChartSource {
  const { version, url = "", sha256 } = pinOf("charts", name);
  if (mirror === undefined) {
    const folder = moduleChartFolder(name, cacheRoot);
    if (existsSync(folder)) return { kind: "module", chart: folder };
    return url.startsWith("oci://") ? { kind: "oci", chart: url, version } : { kind: "release", chart: url };
  }
  const archive = `${name}-${version}.tgz`;
  const path = resolve(join(mirror, archive));
  if (existsSync(path)) {
    refuseOtherArchive(path, sha256);
    return { kind: "mirror", chart: path };
  }
  const folder = resolve(join(mirror, name));
  if (existsSync(folder)) return { kind: "mirror", chart: folder };
  throw new ArtefactMissing(
    `The mirror folder ${mirror} has neither ${archive} nor a folder ${name}. Download ${url} into it.`,
  );
}

/** @param expected undefined where no hash is known of the chart */
export function refuseOtherArchive(path: string, expected: string | undefined): void {
  if (expected === undefined) return;
  const actual = createHash("sha256").update(readFileSync(path)).digest("hex");
  if (actual === expected) return;
  throw new ArtefactMissing(
    `${path} has SHA-256 ${actual}, but ${expected} is expected; it is not installed. Compare it with the publisher's before you put it there again.`,
  );
}
