import { readFileSync } from "node:fs";

/**
 * Versions of what a site is made of. In a set all are named; of a site that stands, only what was found: what is
 * absent is not installed, or is somebody else's.
 */
export interface Versions {
  /** Akash provider, without `v`. The operators carry the same release. */
  readonly provider?: string;
  /** K3s as it names its releases, for example `v1.34.3+k3s1`. */
  readonly k3s?: string;
  /** Chart of NVIDIA's GPU operator. */
  readonly gpuOperator?: string;
}

/** Versions that were put together on purpose and move together. */
export interface VersionSet extends Versions {
  /** Name by which a site asks for it: the month of its provider release. */
  readonly name: string;
  readonly provider: string;
  readonly k3s: string;
  readonly gpuOperator: string;
  /** First release of this package that was tested with the others. */
  readonly package: string;
  /** Release of Akash's official charts that carries this provider. */
  readonly chart: string;
}

interface SetsFile {
  readonly default: string;
  readonly sets: Readonly<Record<string, Omit<VersionSet, "name">>>;
}

/** A set that `sets.json` does not name. */
export class VersionSetUnknown extends Error {
  override readonly name = "VersionSetUnknown";

  constructor(name: string) {
    super(`There is no version set ${name}. Choose ${VERSION_SETS.join(" or ")}.`);
  }
}

const { sets, default: standard } = JSON.parse(
  readFileSync(new URL("./sets.json", import.meta.url), "utf8"),
) as SetsFile;

/** Names of all sets, the newest first. */
export const VERSION_SETS: readonly string[] = Object.keys(sets).toSorted().toReversed();

/** The set of a site that names none. */
export const DEFAULT_VERSION_SET = standard;

/**
 * The versions of a set.
 *
 * @param name default: the set of a site that names none
 * @throws {VersionSetUnknown} there is no such set
 */
export function versionSet(name: string = DEFAULT_VERSION_SET): VersionSet {
  const found = sets[name];
  if (found === undefined) throw new VersionSetUnknown(name);
  return { name, ...found };
}
