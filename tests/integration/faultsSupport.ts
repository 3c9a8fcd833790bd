import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { FaultPoint } from "../../components/chain/faults.ts";
import { signal, startedWith } from "../../embedded/processes.ts";
import type { Checkout, CommandResult } from "../support/checkout.ts";

/** A refusal as people must get it: an exit code, a sentence, and no trace of where in the code it was made. */
export function assertRefused({ code, stdout, stderr }: CommandResult, sentence: RegExp): void {
  assert.notEqual(code, 0, stdout);
  assert.match(stderr, sentence);
  assert.doesNotMatch(stdout + stderr, /^\s+at .*:\d+:\d+\)?$/m);
}

/** A run of a command, with a mark by which every process of it is found: the engine, its hosts and its plugins. */
export class MarkedRun {
  readonly ended: Promise<CommandResult>;
  #over = false;
  readonly #mark = `PULUMI_AKASH_TEST_RUN=${randomUUID()}`;

  constructor(checkout: Checkout, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const [name = "", value] = this.#mark.split("=");
    this.ended = checkout.runWith({ ...env, [name]: value }, ...args).finally(() => {
      this.#over = true;
    });
  }

  /** Ids of its processes, those of services that it started left out: they live on with an environment of their own. */
  processes(): number[] {
    return startedWith(this.#mark).map(({ pid }) => pid);
  }

  /** Waits for something to come about while it runs. */
  async until<T>(what: string, find: () => Promise<T | undefined> | T | undefined): Promise<T> {
    while (!this.#over) {
      const found = await find();
      if (found !== undefined) return found;
      await sleep(200);
    }
    const { stdout, stderr } = await this.ended;
    assert.fail(`the run ended without ${what}:\n${stdout}\n${stderr}`);
  }

  /** Ends all of it at once, as when the machine loses power. */
  async kill(): Promise<CommandResult> {
    for (const found of startedWith(this.#mark)) signal(found, "SIGKILL");
    return this.ended;
  }
}

/** Runs a command until it halts at a named point of the code, and kills all of its processes there. */
export async function runAndKill(
  checkout: Checkout,
  point: FaultPoint,
  ...args: readonly string[]
): Promise<CommandResult> {
  const run = new MarkedRun(checkout, args, {
    PULUMI_AKASH_FAULT: point,
    PULUMI_AKASH_FAULT_SIGNAL: "SIGSTOP",
  });
  await run.until(`a halt ${point}`, () => run.processes().find(isStopped));
  return run.kill();
}

function isStopped(pid: number): boolean {
  try {
    return /\) T /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
