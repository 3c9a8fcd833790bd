import { setTimeout as sleep } from "node:timers/promises";
import { FleetError } from "../declaration/errors.ts";
import type { Listener } from "./events.ts";
import {
  type GateRecord,
  type RolloutRecord,
  type RolloutState,
  SETTLED,
  type SiteRecord,
  type SiteResult,
} from "./record.ts";
import { sitesUnjudged } from "./resume.ts";

/** How one site came out. */
export interface SiteOutcome {
  readonly result: SiteResult;
  readonly because?: string;
  readonly update?: number;
  readonly changes?: Readonly<Record<string, number>>;
}

/** What a rollout does with sites; none of it throws. */
export interface RolloutDriver {
  /** Brings a site to what is declared. */
  change(site: string, phase: (text: string) => void): Promise<SiteOutcome>;
  /** What keeps a changed site from being called well, one sentence each; nothing when it is. */
  judge(site: string): Promise<readonly string[]>;
}

export interface RolloutOptions {
  readonly driver: RolloutDriver;
  /** Sites worked on at once. */
  readonly concurrency: number;
  /** Sites that may be out at once: not answering, at work by others, failed, or being changed. */
  readonly maxUnavailable: number;
  /** Time between a wave and its judgement, milliseconds; default 0. */
  readonly settleMs?: number;
  readonly listener: Listener;
  /**
   * Keeps the record; called after each step, one call at a time. A call that fails is made up for by the next one:
   * only the first, before anything is begun, and the last have to succeed.
   */
  readonly keep: (record: RolloutRecord) => Promise<void>;
  /** Aborted: nothing more is begun, and what is under way is waited for. */
  readonly signal: AbortSignal;
  readonly now?: () => Date;
}

/** Results that leave a site in doubt: they count as out. */
const OUT: ReadonlySet<SiteResult> = new Set(["failed", "unreachable", "locked", "interrupted"]);

/**
 * Walks a change through the waves of a record. It stops at the first site that fails and at the first gate that
 * does not open; what it has not begun stays as it is. Sites that come settled with the record are judged before
 * anything is changed.
 *
 * @returns the record as it was kept last
 * @throws RecordNotKept when it could not be kept before the first site or after the last one
 */
export function runRollout(record: RolloutRecord, options: RolloutOptions): Promise<RolloutRecord> {
  return new Rollout(record, options).run();
}

class Rollout {
  #record: RolloutRecord;
  #because: string | undefined;
  /** The last write of the record, and what it failed by. */
  #kept: Promise<unknown> = Promise.resolve();
  readonly #options: RolloutOptions;
  readonly #now: () => Date;

  constructor(record: RolloutRecord, options: RolloutOptions) {
    this.#record = record;
    this.#options = options;
    this.#now = options.now ?? (() => new Date());
  }

  async run(): Promise<RolloutRecord> {
    const { listener } = this.#options;
    const { id, waves } = this.#record;
    const failure = await this.#keep({});
    // Who looks at the records would not see that sites are being changed.
    if (failure !== undefined) throw new RecordNotKept("Nothing is changed", failure);
    listener({ event: "rollout-started", id, waves: waves.map(({ sites }) => sites) });
    await this.#passFirstGate();
    for (const [index, { sites }] of waves.entries()) {
      if (this.#stopped) break;
      listener({ event: "wave-started", wave: index + 1, sites });
      await this.#runWave(sites);
      if (!this.#stopped) await this.#passGate(index + 1, sites);
    }
    const lost = await this.#keep({
      state: this.#finalState(),
      finished: this.#now().toISOString(),
      ...(this.#because === undefined ? {} : { because: this.#because }),
    });
    listener({ event: "rollout-finished", record: this.#record });
    if (lost !== undefined) throw new RecordNotKept(`The rollout is over (${this.#record.state})`, lost);
    return this.#record;
  }

  get #stopped(): boolean {
    return this.#because !== undefined || this.#options.signal.aborted;
  }

  get #out(): number {
    return Object.values(this.#record.sites).filter(({ result }) => OUT.has(result)).length;
  }

  async #runWave(sites: readonly string[]): Promise<void> {
    const waiting = [...sites];
    const running = new Set<Promise<void>>();
    for (;;) {
      while (waiting.length > 0 && this.#mayBegin(running.size)) {
        const job: Promise<void> = this.#change(waiting.shift() ?? "").finally(() => running.delete(job));
        running.add(job);
      }
      if (running.size === 0) break;
      await Promise.race(running);
    }
    if (waiting.length > 0 && !this.#stopped) this.#because = this.#tooManyOut();
  }

  #mayBegin(running: number): boolean {
    const { concurrency, maxUnavailable } = this.#options;
    return !this.#stopped && running < concurrency && this.#out + running < maxUnavailable;
  }

  #tooManyOut(): string {
    const out = Object.entries(this.#record.sites).filter(([, { result }]) => OUT.has(result));
    const names = out.map(([name, { result }]) => `${name} (${result})`).join(", ");
    return `${names}: no more sites may be out at once than \`maxUnavailable\` allows (${this.#options.maxUnavailable}).`;
  }

  async #change(site: string): Promise<void> {
    const { driver, listener } = this.#options;
    const started = this.#now();
    listener({ event: "site-started", site });
    const outcome = await driver.change(site, (phase) => listener({ event: "site-phase", site, phase }));
    const { declaration = "" } = this.#record.sites[site] ?? {};
    const seconds = Math.round((this.#now().getTime() - started.getTime()) / 100) / 10;
    const record: SiteRecord = { ...outcome, declaration, started: started.toISOString(), seconds };
    if (outcome.result === "failed") this.#because ??= `${site}: ${outcome.because ?? "failed"}`;
    await this.#keepStep({ sites: { ...this.#record.sites, [site]: record } });
    listener({ event: "site-finished", site, ...record });
  }

  /** What an earlier rollout changed, and nobody has called well since, comes before anything else is touched. */
  async #passFirstGate(): Promise<void> {
    const sites = sitesUnjudged(this.#record);
    if (sites.length === 0 || this.#stopped) return;
    this.#options.listener({
      event: "note",
      text: `Judging what was changed before, and not found well yet: ${sites.join(", ")}.`,
    });
    await this.#keepGate({ wave: 0, sites, findings: await this.#findingsOn(sites) });
  }

  async #passGate(wave: number, sites: readonly string[]): Promise<void> {
    const { settleMs = 0, signal } = this.#options;
    const changed = sites.filter((site) => SETTLED.has(this.#record.sites[site]?.result ?? "untouched"));
    if (settleMs > 0 && changed.length > 0) await sleep(settleMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    // With nothing behind it, a wave without a site to judge needs no gate.
    if (changed.length === 0 && wave === this.#record.waves.length) return;
    const findings =
      changed.length > 0
        ? await this.#findingsOn(changed)
        : [`no site of wave ${wave} could be changed, so there is nothing to judge the change by.`];
    await this.#keepGate({ wave, sites: changed, findings });
  }

  async #findingsOn(sites: readonly string[]): Promise<string[]> {
    const { driver, concurrency } = this.#options;
    const found = await eachOf(sites, concurrency, (site) => driver.judge(site));
    return found.flatMap((findings, index) => findings.map((finding) => `${sites[index]}: ${finding}`));
  }

  async #keepGate(judged: Omit<GateRecord, "passed">): Promise<void> {
    const gate: GateRecord = { ...judged, passed: judged.findings.length === 0 };
    if (!gate.passed) this.#because = gate.findings[0];
    await this.#keepStep({ gates: [...this.#record.gates, gate] });
    this.#options.listener({ event: "gate", ...gate });
  }

  #finalState(): RolloutState {
    if (this.#because !== undefined) return "halted";
    if (this.#options.signal.aborted) return "interrupted";
    const settled = Object.values(this.#record.sites).every(({ result }) => SETTLED.has(result));
    return settled ? "finished" : "incomplete";
  }

  /**
   * Writes one after the other, so that the last state is the one that stays.
   *
   * @returns what the write failed by
   */
  async #keep(change: Partial<RolloutRecord>): Promise<unknown> {
    this.#record = { ...this.#record, ...change };
    const record = this.#record;
    this.#kept = this.#kept.then(() => this.#write(record));
    return this.#kept;
  }

  async #write(record: RolloutRecord): Promise<unknown> {
    try {
      await this.#options.keep(record);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  /** Keeps what one step changed. The rollout goes on where that fails: the next step writes all of it again. */
  async #keepStep(change: Partial<RolloutRecord>): Promise<void> {
    const failure = await this.#keep(change);
    if (failure === undefined) return;
    const text = `The rollout's record could not be written, which is tried again after the next step: ${messageOf(failure)}`;
    this.#options.listener({ event: "note", text });
  }
}

/** What a rollout did is known to nobody but who ran it. */
export class RecordNotKept extends FleetError {
  override readonly name = "RecordNotKept";

  /** @param state what became of the sites, as the beginning of a sentence */
  constructor(state: string, cause: unknown) {
    super(`${state}, but the rollout's record could not be written: ${messageOf(cause)}`, { cause });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Applies an asynchronous function to all items, at most `limit` at once; results in the order of the items. */
export async function eachOf<Item, Result>(
  items: readonly Item[],
  limit: number,
  act: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = new Array(items.length);
  const entries = items.entries();
  const work = async () => {
    for (const [index, item] of entries) results[index] = await act(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
  return results;
}
