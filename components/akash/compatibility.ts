import type { Generation } from "../chain/types.ts";
import { PROVIDER_VERSION } from "./versions.ts";

/** Provider releases that speak one message generation: `from` is included, `before` is not. */
export interface ProviderRange {
  readonly generation: Generation;
  readonly from: string;
  readonly before?: string;
  /** Where the range was read. */
  readonly source: string;
}

/**
 * Which provider goes with which chain. Read from the history of `charts/akash-provider/Chart.yaml` in
 * akash-network/helm-charts, where the major version of the chart is the number of the mainnet upgrade, and
 * from the upgrades' own announcements.
 */
export const PROVIDER_RANGES: readonly ProviderRange[] = [
  {
    generation: "v0.38",
    from: "0.6.4",
    before: "0.10.0",
    source:
      "charts 11.1 to 12.1.4 (2024-08 to 2025-10) carry 0.6.4 to 0.8.4; node v0.38 ran until mainnet 14",
  },
  {
    generation: "v1",
    from: "0.10.0",
    before: "0.11.0",
    source: "chart 14.0.0 (2025-10-28, mainnet 14 = node v1.0.0) to 14.0.8 carry 0.10.0 to 0.10.7",
  },
  {
    generation: "v2",
    from: "0.11.0",
    source:
      "chart 15.0.0 (2026-03-23, mainnet 17 = node v2.0.0) carries 0.11.0; 18.0.0 (2026-06-11, mainnet 18 = v2.1.0) 0.14.0; 19.0.2 0.16.2, whose go.mod requires node/v2 v2.1.0",
  },
];

/** First provider release on Cosmos SDK 0.53, which reads the keyring format that this project writes. */
export const FIRST_PROTO_KEYRING = "0.10.0";

/** The chain and the provider image speak different message generations. */
export class IncompatibleProvider extends Error {
  override readonly name = "IncompatibleProvider";
  readonly generation: Generation;
  readonly version: string;

  constructor(generation: Generation, version: string, remedy: string) {
    super(`Provider ${version} does not speak the messages of a ${generation} chain. ${remedy}`);
    this.generation = generation;
    this.version = version;
  }
}

/** The provider image is older than the keyring format. */
export class KeyringTooNew extends Error {
  override readonly name = "KeyringTooNew";
  readonly version: string;

  constructor(version: string) {
    super(
      `Provider ${version} cannot read the keyring of this site ("Bytes left over in UnmarshalBinaryLengthPrefixed"). ` +
        `Use provider ${FIRST_PROTO_KEYRING} or newer.`,
    );
    this.version = version;
  }
}

export interface Compatibility {
  /** False where the pair is let through only because the provider's pod is simulated. */
  readonly compatible: boolean;
  /** One sentence for the summary, when there is something to say. */
  readonly note?: string;
}

/**
 * Checks that a provider release fits a chain.
 *
 * @param generation message generation that the chain answered with
 * @param version provider release without `v`, default the pinned one
 * @param options.simulated the provider's pod runs on a simulated node and never talks to the chain; the
 *   embedded site pairs today's provider with a v0.38 chain this way
 * @throws {KeyringTooNew} the release cannot read our keyring
 * @throws {IncompatibleProvider} the release speaks another generation
 */
export function checkCompatibility(
  generation: Generation,
  version: string = PROVIDER_VERSION,
  options: { readonly simulated?: boolean } = {},
): Compatibility {
  if (compareVersions(version, FIRST_PROTO_KEYRING) < 0) throw new KeyringTooNew(version);
  const range = PROVIDER_RANGES.find((candidate) => candidate.generation === generation);
  if (range !== undefined && inRange(range, version)) return { compatible: true };
  if (options.simulated) {
    return {
      compatible: false,
      note: `provider ${version} is declared beside a ${generation} chain; its pod is simulated and never signs`,
    };
  }
  throw new IncompatibleProvider(generation, version, remedyFor(range));
}

function inRange(range: ProviderRange, version: string): boolean {
  return (
    compareVersions(version, range.from) >= 0 &&
    (range.before === undefined || compareVersions(version, range.before) < 0)
  );
}

function remedyFor(range: ProviderRange | undefined): string {
  if (range === undefined) return "No provider release is known for it.";
  const upTo = range.before === undefined ? "or newer" : `up to, but without, ${range.before}`;
  return `Use provider ${range.from} ${upTo}.`;
}

/** Orders two releases by number; a pre-release (`-rc1`) comes before its release. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [parseVersion(left), parseVersion(right)];
  for (const part of [0, 1, 2] as const) {
    if (a.numbers[part] !== b.numbers[part]) return a.numbers[part] - b.numbers[part];
  }
  return Number(b.preRelease) - Number(a.preRelease);
}

function parseVersion(version: string): { numbers: [number, number, number]; preRelease: boolean } {
  const match = /^v?(\d+)\.(\d+)\.(\d+)(-.+)?$/.exec(version);
  if (match === null) throw new RangeError(`\`${version}\` is not a version. Give it as \`0.16.2\`.`);
  return {
    numbers: [Number(match[1]), Number(match[2]), Number(match[3])],
    preRelease: match[4] !== undefined,
  };
}
