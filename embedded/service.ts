import { setTimeout as sleep } from "node:timers/promises";
import type { Progress } from "../toolchain/index.ts";
import { Daemon } from "./daemon.ts";
import { ServiceFailed } from "./errors.ts";
import type { Program, ProgramStatus } from "./types.ts";

/** Programs that start together, once the stages before are healthy. */
export interface Stage {
  readonly programs: readonly Program[];
  /**
   * Looks at the running programs, and finishes what only they make possible.
   *
   * @param fresh whether a program of this stage was started just now
   * @returns what is not well yet, as a clause; undefined when the stage is healthy
   */
  problem(fresh: boolean): Promise<string | undefined>;
}

/** Programs that work together: what should run, for the supervisor to compare with what does. */
export interface Service {
  /** For people, for example `embedded chain`. */
  readonly title: string;
  readonly folder: string;
  readonly stages: readonly Stage[];
}

const startTimeoutMs = 90_000;
/** A service that runs but does not answer for this long hangs and is restarted. */
const hangTimeoutMs = 15_000;
const pollMs = 50;
const graceMs = 5_000;

/**
 * Starts what does not run as declared, and restarts everything when what runs does not answer.
 *
 * @throws ServiceFailed
 */
export async function ensureService(service: Service, progress?: Progress): Promise<void> {
  let missing = missingPrograms(service);
  if (missing.length === 0) {
    if (await staysHealthy(service)) return;
    missing = missingPrograms(service);
  }
  const step = progress?.start(describeStart(service, missing));
  try {
    const hangs = missing.length === 0;
    if (hangs)
      await stopPrograms(
        service.folder,
        programsOf(service).map(({ name }) => name),
      );
    await bringUp(service, startTimeoutMs);
    step?.done();
  } catch (error) {
    step?.fail();
    throw error;
  }
}

function missingPrograms(service: Service, programs: readonly Program[] = programsOf(service)): Program[] {
  return programs.filter((program) => !daemonOf(service, program).runs(program));
}

async function staysHealthy(service: Service): Promise<boolean> {
  try {
    await bringUp(service, hangTimeoutMs);
    return true;
  } catch (error) {
    if (error instanceof ServiceFailed) return false;
    throw error;
  }
}

function describeStart(service: Service, missing: readonly Program[]): string {
  if (missing.length === 0) return `Restarting the ${service.title}, which does not answer`;
  if (missing.length === programsOf(service).length) return `Starting the ${service.title}`;
  return `Restarting ${missing.map(({ name }) => name).join(", ")} of the ${service.title}`;
}

async function bringUp(service: Service, timeoutMs: number): Promise<void> {
  for (const stage of service.stages) {
    const fresh = await converge(service, stage);
    await untilHealthy(service, stage, fresh, Date.now() + timeoutMs);
  }
}

/** @returns whether a program was started */
async function converge(service: Service, stage: Stage): Promise<boolean> {
  const missing = missingPrograms(service, stage.programs);
  await stopPrograms(
    service.folder,
    missing.map(({ name }) => name),
  );
  for (const program of missing) await daemonOf(service, program).start(program);
  return missing.length > 0;
}

async function untilHealthy(service: Service, stage: Stage, fresh: boolean, deadline: number): Promise<void> {
  const daemons = stage.programs.map((program) => daemonOf(service, program));
  for (;;) {
    const dead = daemons.find(({ alive }) => !alive);
    if (dead) throw failure(service, `${dead.name} ended by itself`, dead);
    const problem = await stage.problem(fresh);
    if (problem === undefined) return;
    if (Date.now() > deadline) throw failure(service, problem, daemons.at(-1));
    await sleep(pollMs);
  }
}

function programsOf({ stages }: Service): Program[] {
  return stages.flatMap(({ programs }) => programs);
}

function failure({ title }: Service, problem: string, daemon: Daemon | undefined): ServiceFailed {
  return new ServiceFailed(title, problem, daemon?.log ?? "", daemon?.logTail() ?? "");
}

function daemonOf({ folder }: Service, { name }: Program): Daemon {
  return new Daemon(folder, name);
}

/** Ends the programs that were started from this folder, all at once; their state stays. */
export async function stopPrograms(folder: string, names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => new Daemon(folder, name).stop(graceMs)));
}

export function programStatus(folder: string, names: readonly string[]): ProgramStatus[] {
  return names.map((name) => new Daemon(folder, name).status());
}
