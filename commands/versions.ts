import { upgradeNeeds } from "../components/akash/compatibility.ts";
import { openChain } from "../components/chain/client.ts";
import { type AnnouncedUpgrade, announcedUpgrade } from "../components/chain/upgrade.ts";
import type { Cluster } from "../components/cluster/index.ts";
import type { SiteConfig } from "../components/site/config.ts";
import { managedVersions, siteVersions } from "../components/site/versions.ts";
import { observedVersions } from "../components/versions/observed.ts";
import { describeVersionPlan, type VersionPlan, versionPlan } from "../components/versions/plan.ts";
import { StackError } from "./stack.ts";

/** What moving a site to its declared versions changes, by what runs in its cluster now. */
export async function readVersionPlan(site: SiteConfig, cluster: Pick<Cluster, "get">): Promise<VersionPlan> {
  const { changes, leases } = versionPlan(await observedVersions(cluster), managedVersions(site));
  // What is installed for the first time is no move.
  return { changes: changes.filter(({ from }) => from !== undefined), leases };
}

/**
 * Says which versions change and what becomes of leases; nothing where none does.
 *
 * @throws StackError when a part cannot be moved that way
 */
export async function showVersionPlan(
  site: SiteConfig,
  cluster: Pick<Cluster, "get">,
  say: (text: string) => void = (text) => process.stderr.write(`${text}\n`),
): Promise<VersionPlan> {
  const plan = await readVersionPlan(site, cluster);
  const lines = describeVersionPlan(plan);
  if (plan.leases === "refused") {
    const refused = plan.changes.filter(({ leases }) => leases === "refused");
    throw new StackError(describeVersionPlan({ ...plan, changes: refused }).join("\n"));
  }
  if (lines.length > 0) {
    const { name } = siteVersions(site);
    say([`Versions that change (set ${name}):`, ...lines.map((line) => `  ${line}`)].join("\n"));
  }
  return plan;
}

/** The upgrade a site's chain has announced, as a warning; undefined where none is, or the chain does not say. */
export async function upgradeWarning(site: SiteConfig): Promise<string | undefined> {
  const chain = await openChain(site.network);
  const upgrade = await announcedUpgrade(chain).catch(() => undefined);
  return upgrade && describeUpgrade(upgrade, chain.network.chainId, siteVersions(site).provider);
}

const DAY_MS = 24 * 60 * 60_000;

/** What is announced, when, and what the site needs for it. */
export function describeUpgrade(
  { name, height, expected }: AnnouncedUpgrade,
  chainId: string,
  provider: string,
  now: Date = new Date(),
): string {
  const days = expected && (expected.getTime() - now.getTime()) / DAY_MS;
  const when =
    expected === undefined || days === undefined
      ? ""
      : `, about ${expected.toISOString().slice(0, 16).replace("T", " ")} UTC (in ${days < 2 ? `${Math.round(days * 24)} hours` : `${Math.round(days)} days`})`;
  return `The chain ${chainId} upgrades to ${name} at block ${height}${when}. ${advice(name, provider)}`;
}

function advice(name: string, provider: string): string {
  const { provider: first, met } = upgradeNeeds(name, provider);
  if (met) return `This site's provider ${provider} speaks it: nothing is left to do.`;
  if (first !== undefined) {
    return `It needs provider ${first} or newer, and this site has ${provider}: move \`versions\` right after the upgrade.`;
  }
  return "Which provider it needs is not known to this release of pulumi-akash: look for a newer one before then.";
}
