import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
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
  readonly kind: "release" | "oci" | "mirror";
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

/**
 * Where a chart comes from: its official address at the pinned version, or, for sites without internet, a
 * mirror folder that holds `<name>-<version>.tgz` or the unpacked folder `<name>`.
 *
 * @throws ArtefactMissing when the mirror holds neither
 */
export function chartSource(name: ChartName, mirror?: string): ChartSource {
  const { version, url = "" } = pinOf("charts", name);
  if (mirror === undefined) {
    return url.startsWith("oci://") ? { kind: "oci", chart: url, version } : { kind: "release", chart: url };
  }
  const archive = `${name}-${version}.tgz`;
  for (const candidate of [archive, name]) {
    const path = resolve(join(mirror, candidate));
    if (existsSync(path)) return { kind: "mirror", chart: path };
  }
  throw new ArtefactMissing(
    `The mirror folder ${mirror} has neither ${archive} nor a folder ${name}. Download ${url} into it.`,
  );
}
