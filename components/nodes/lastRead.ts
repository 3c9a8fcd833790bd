import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { DriverPlan } from "../gpu/driverPlan.ts";
import { type HostFacts, hostFacts } from "../hosts/facts/types.ts";
import { siteFolder } from "../k3s/names.ts";
import type { DiskFacts } from "../storage/disks.ts";

/** What a machine was when it last answered. */
export interface LastRead {
  /** Where it answered: another machine under the same name is another machine. */
  readonly host: string;
  readonly facts: HostFacts;
  /** What its GPUs needed. */
  readonly driver?: DriverPlan | undefined;
  /** What its listed disks were. */
  readonly disks?: readonly DiskFacts[] | undefined;
}

/** By name of the node. */
export type LastReads = Readonly<Record<string, LastRead>>;

const stored = z.record(
  z.string(),
  z.object({
    host: z.string(),
    facts: hostFacts,
    driver: z.custom<DriverPlan>().optional(),
    disks: z.custom<readonly DiskFacts[]>().optional(),
  }),
);

type Environment = Readonly<Record<string, string | undefined>>;

function fileOf(site: string, env: Environment): string {
  return join(siteFolder(site, env), "machines.json");
}

/** What the site's machines were when they last answered; nothing where no run on this machine has read them. */
export async function readLast(site: string, env: Environment = process.env): Promise<LastReads> {
  try {
    return stored.parse(JSON.parse(await readFile(fileOf(site, env), "utf8")));
  } catch {
    // A file of another release, or none: then a machine that does not answer is one that nothing is known of.
    return {};
  }
}

/** Keeps what was read, beside the site's kubeconfig on this machine. */
export async function keepLast(
  site: string,
  reads: LastReads,
  env: Environment = process.env,
): Promise<void> {
  const file = fileOf(site, env);
  const fresh = `${file}.${process.pid}`;
  await mkdir(siteFolder(site, env), { recursive: true, mode: 0o700 });
  await writeFile(fresh, JSON.stringify(reads), { mode: 0o600 });
  await rename(fresh, file);
}
