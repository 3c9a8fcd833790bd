import { closest } from "fastest-levenshtein";
import {
  formatProblem,
  parseSiteConfig,
  type SiteConfig,
  SiteConfigError,
} from "../../components/site/config.ts";
import { FleetDeclarationError } from "./errors.ts";
import { isMap, type Layer, mergeLayers } from "./merge.ts";
import {
  isSiteName,
  type MaintenanceWindow,
  type ParsedFleet,
  parseFleet,
  type RolloutSettings,
} from "./schema.ts";

/** One site of the fleet, merged and checked. */
export interface FleetSite {
  /** Names the stack and its file. */
  readonly name: string;
  readonly groups: readonly string[];
  /** What stands under `akash:site` of its file: the merged layers. */
  readonly declaration: Layer;
  /** The declaration with every default applied. */
  readonly config: SiteConfig;
  /** When it may be changed; undefined: at any time. */
  readonly window: MaintenanceWindow | undefined;
}

/** A fleet that can be worked on. */
export interface Fleet {
  /** In the order of the declaration, which is the order of waves. */
  readonly sites: readonly FleetSite[];
  readonly rollout: RolloutSettings;
}

/** Stack of the embedded site, which is no part of a fleet. */
const EMBEDDED_STACK = "dev";

/**
 * Merges and checks every site of a declaration: defaults, then its groups in the order it names them, then its own
 * fields.
 *
 * @param where named in the error
 * @param checks ids of doctor's checks; may be left out where `gate.ignore` names none
 * @throws FleetDeclarationError with all problems of all sites
 */
export function resolveFleet(value: unknown, where: string, checks: readonly string[] = []): Fleet {
  const parsed = parseFleet(value);
  if (!("sites" in parsed)) throw new FleetDeclarationError(where, parsed.map(formatProblem));
  const problems = [...namesOutOfPlace(parsed), ...unknownChecks(parsed, checks)];
  const sites: FleetSite[] = [];
  for (const [name, own] of Object.entries(parsed.sites)) {
    const { groups = [], ...fields } = own ?? {};
    const layers = [parsed.defaults, ...groups.map((group) => parsed.groups[group] ?? {}), fields];
    const declaration = withName(name, mergeLayers(layers));
    try {
      const config = parseSiteConfig(declaration, name);
      if ("prompt" in config.wallet) {
        problems.push(
          `sites.${name}: wallet: asks for the words on the terminal, where many sites cannot ask at once. Name a variable or a file instead.`,
        );
      }
      sites.push({ name, groups, declaration, config, window: windowOf(parsed, name, groups) });
    } catch (error) {
      if (!(error instanceof SiteConfigError)) throw error;
      problems.push(...error.problems.map((problem) => `sites.${name}: ${formatProblem(problem)}`));
    }
  }
  problems.push(...sharedIdentities(sites));
  if (problems.length > 0) throw new FleetDeclarationError(where, problems);
  return { sites, rollout: parsed.rollout };
}

/** The site's name comes first in its file, and is that of the fleet unless it says otherwise. */
function withName(name: string, { name: own = name, ...fields }: Layer): Layer {
  return { name: own, ...fields };
}

function windowOf({ rollout }: ParsedFleet, name: string, groups: readonly string[]) {
  const own = [...groups, name].findLast((place) => rollout.windows[place] !== undefined);
  return own === undefined ? rollout.window : rollout.windows[own];
}

/** Names that stand for nothing, or where another kind of name belongs. */
function namesOutOfPlace({ sites, groups, rollout, defaults }: ParsedFleet): string[] {
  const unknown = (path: string, name: string, what: string) =>
    `${path}: there is no ${what} "${name}". Correct the name or declare it.`;
  const problems: string[] = [];
  for (const [name, site] of Object.entries(sites)) {
    if (!isSiteName(name)) {
      problems.push(
        `sites.${name}: is not a site name. Use 2 to 40 lower-case letters, digits and dashes, beginning with a letter.`,
      );
    }
    if (name === EMBEDDED_STACK)
      problems.push(`sites.${name}: is the embedded site. Give the site another name.`);
    for (const group of site?.groups ?? []) {
      if (groups[group] === undefined) problems.push(unknown(`sites.${name}.groups`, group, "group"));
    }
  }
  for (const [place, layer] of [["defaults", defaults], ...Object.entries(groups)] as const) {
    if ("groups" in layer) problems.push(`${place}.groups: groups are given to sites only. Remove it.`);
  }
  for (const size of rollout.waves) {
    if (!isMap(size)) continue;
    if ("group" in size && groups[String(size.group)] === undefined) {
      problems.push(unknown("rollout.waves", String(size.group), "group"));
    }
    for (const name of "sites" in size ? (size.sites as string[]) : []) {
      if (!(name in sites)) problems.push(unknown("rollout.waves", name, "site"));
    }
  }
  for (const place of Object.keys(rollout.windows)) {
    if (!(place in groups) && !(place in sites))
      problems.push(unknown("rollout.windows", place, "group or site"));
  }
  return problems;
}

/** Exceptions that would be none: a check by that name does not exist. */
function unknownChecks({ rollout }: ParsedFleet, checks: readonly string[]): string[] {
  return rollout.gate.ignore
    .filter((id) => !checks.includes(id))
    .map(
      (id) =>
        `rollout.gate.ignore: doctor has no check "${id}"; the nearest is "${closest(id, checks)}". Correct it; \`npm run doctor -- --list\` names them all.`,
    );
}

/** Sites that would get into each other's way: one wallet signs for one provider, one domain leads to one site. */
function sharedIdentities(sites: readonly FleetSite[]): string[] {
  const identities = [
    { field: "domain", of: ({ config }: FleetSite) => config.domain },
    { field: "wallet", of: ({ config }: FleetSite) => JSON.stringify(config.wallet) },
    { field: "cluster", of: ({ config }: FleetSite) => JSON.stringify(config.cluster) },
  ];
  return identities.flatMap(({ field, of }) => {
    const names = new Map<string, string[]>();
    for (const site of sites) {
      const identity = of(site);
      if (identity !== undefined) names.set(identity, [...(names.get(identity) ?? []), site.name]);
    }
    return [...names.values()]
      .filter((shared) => shared.length > 1)
      .map((shared) => `${shared.join(", ")}: have the same \`${field}\`. Give each site its own.`);
  });
}
