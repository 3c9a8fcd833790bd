import type { Generation } from "../chain/types.ts";
import { firstProviderWithProtoKeyring, KeyringFormatTooNew } from "../wallet/errors.ts";
import { compareVersions } from "./compareVersions.ts";
import { PROVIDER_VERSION } from "./versions.ts";

/** Provider releases that speak one message generation: `from` is included, `before` is not. */
export interface ProviderRange {
  readonly generation: Generation;
  readonly from: string;
  readonly before?: string;
  /**
   * Upgrades of the chain within and into the generation, by the name under which they are announced, and the first
   * provider release that goes with each.
   */
  readonly upgrades: Readonly<Record<string, string>>;
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
    upgrades: {},
    source:
      "charts 11.1 to 12.1.4 (2024-08 to 2025-10) carry 0.6.4 to 0.8.4; node v0.38 ran until mainnet 14",
  },
  {
    generation: "v1",
    from: "0.10.0",
    before: "0.11.0",
    upgrades: { "v1.0.0": "0.10.0" },
    source: "chart 14.0.0 (2025-10-28, mainnet 14 = node v1.0.0) to 14.0.8 carry 0.10.0 to 0.10.7",
  },
  {
    generation: "v2",
    from: "0.11.0",
    upgrades: { "v2.0.0": "0.11.0", "v2.1.0": "0.14.0" },
    source:
      "chart 15.0.0 (2026-03-23, mainnet 17 = node v2.0.0) carries 0.11.0; 18.0.0 (2026-06-11, mainnet 18 = v2.1.0) 0.14.0; 19.0.2 0.16.2, whose go.mod requires node/v2 v2.1.0",
  },
];

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
 * @throws {KeyringFormatTooNew} the release cannot read our keyring
 * @throws {IncompatibleProvider} the release speaks another generation
 */
export function checkCompatibility(
  generation: Generation,
  version: string = PROVIDER_VERSION,
  options: { readonly simulated?: boolean } = {},
): Compatibility {
  if (compareVersions(version, firstProviderWithProtoKeyring) < 0) throw new KeyringFormatTooNew(version);
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

/** What an announced upgrade of the chain asks of the provider. */
export interface UpgradeNeeds {
  /** First provider release that speaks the upgraded chain; absent where none is known here. */
  readonly provider?: string;
  /** Whether the release given does. */
  readonly met: boolean;
}

/**
 * What a chain's upgrade asks of the provider.
 *
 * @param upgrade name under which the upgrade is announced, for example `v2.1.0`
 * @param version provider release of the site
 */
export function upgradeNeeds(upgrade: string, version: string = PROVIDER_VERSION): UpgradeNeeds {
  const range = PROVIDER_RANGES.find(({ upgrades }) => upgrade in upgrades);
  const provider = range?.upgrades[upgrade];
  if (range === undefined || provider === undefined) return { met: false };
  return { provider, met: inRange({ ...range, from: provider }, version) };
}
