import { FleetError } from "../declaration/errors.ts";

/** Which sites are meant, by name or group. */
export interface Selection {
  /** Names of sites or groups; undefined: all. */
  readonly only?: readonly string[] | undefined;
  readonly skip?: readonly string[] | undefined;
}

interface Selectable {
  readonly name: string;
  readonly groups: readonly string[];
}

/**
 * The sites that `--only` and `--skip` leave, in the order of the declaration.
 *
 * @throws FleetError for a name that is neither a site nor a group, or when nothing is left
 */
export function selectSites<Site extends Selectable>(
  sites: readonly Site[],
  { only, skip = [] }: Selection,
): Site[] {
  const known = new Set(sites.flatMap(({ name, groups }) => [name, ...groups]));
  const unknown = [...(only ?? []), ...skip].filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new FleetError(
      `There is no site or group ${unknown.join(", ")}. The fleet has: ${[...known].join(", ")}.`,
    );
  }
  const meant = (site: Selectable, names: readonly string[]) =>
    names.includes(site.name) || site.groups.some((group) => names.includes(group));
  const selected = sites.filter((site) => (only === undefined || meant(site, only)) && !meant(site, skip));
  if (selected.length === 0) throw new FleetError("No site is left to work on. Look at --only and --skip.");
  return selected;
}
