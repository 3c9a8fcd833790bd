import { backendOf } from "../../commands/backend.ts";
import { PROJECT, pluginsOf, stackEnvironment } from "../../commands/stack.ts";
import { ensureToolchain, type Progress } from "../../toolchain/index.ts";
import { FleetError } from "../declaration/errors.ts";
import { loadFleet } from "../declaration/load.ts";
import { renderStackFiles } from "../declaration/render.ts";
import type { Fleet, FleetSite } from "../declaration/resolve.ts";
import { SiteWork } from "../engine/siteWork.ts";
import { openRecordStore, type RecordStore } from "../records/store.ts";
import { siteConcurrency } from "../rollout/concurrency.ts";
import { type Selection, selectSites } from "../rollout/selection.ts";

export interface FleetOptions extends Selection {
  /** The declaration: a file, or a folder with `fleet.yaml` and `sites/`. */
  readonly file: string;
  /** Give up edits of rendered stack files. Default false. */
  readonly overwrite?: boolean;
  /** Hears of programs that have to be fetched; default: nobody. */
  readonly progress?: Progress;
}

/** A fleet that is ready to be worked on: checked, rendered, with its programs. */
export interface FleetContext {
  readonly fleet: Fleet;
  /** The sites that are meant, in the order of the declaration. */
  readonly sites: readonly FleetSite[];
  /** Stack files that were written because they were not as declared. */
  readonly rendered: readonly string[];
  readonly store: RecordStore;
  /** Sites worked on at once. */
  readonly concurrency: number;
  work(site: FleetSite): SiteWork;
}

/**
 * Checks the whole fleet, renders the stack files of all its sites, and has the programs ready.
 *
 * @throws FleetDeclarationError with every problem of every site; then nothing was written
 */
export async function openFleet(options: FleetOptions): Promise<FleetContext> {
  const fleet = await loadFleet(options.file, PROJECT);
  const sites = selectSites(fleet.sites, options);
  const rendered = await renderStackFiles(fleet.sites, {
    project: PROJECT,
    overwrite: options.overwrite ?? false,
  });
  const { progress } = options;
  const toolchain = await ensureToolchain({
    tools: ["engine"],
    needs: [...new Set(sites.flatMap(({ config }) => pluginsOf(config)))],
    ...(progress === undefined ? { silent: true } : { progress }),
  });
  // The Automation API looks for the engine on this process's own PATH.
  process.env["PATH"] = toolchain.env["PATH"];
  return {
    fleet,
    sites,
    rendered,
    store: openRecordStore(await backendOfFleet(fleet, toolchain.env)),
    concurrency: siteConcurrency(fleet.rollout.concurrency),
    work: (site) => new SiteWork(site, toolchain.env),
  };
}

/** Where the sites' states are; records lie beside that of the first. */
async function backendOfFleet({ sites }: Fleet, toolchain: NodeJS.ProcessEnv): Promise<string> {
  const [first] = sites;
  if (first === undefined) throw new FleetError("The fleet has no sites. Declare one under `sites`.");
  const env = await stackEnvironment({ name: first.name, embedded: first.config.network === "devnet" });
  return backendOf({ ...toolchain, ...env }) ?? "";
}
