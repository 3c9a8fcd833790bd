import Table from "cli-table3";
import pc from "picocolors";
import type { FleetEvent } from "../rollout/events.ts";
import { describeResult } from "./lines.ts";
import { frame } from "./statusTable.ts";

/** A stream that may be a terminal. */
export interface Terminal {
  write(text: string): unknown;
  readonly columns?: number;
  readonly rows?: number;
}

interface Row {
  readonly wave: number | undefined;
  state: string;
  since: number | undefined;
  colour: (text: string) => string;
}

const COLOURS: Readonly<Record<string, (text: string) => string>> = {
  updated: pc.green,
  unchanged: pc.green,
  compared: pc.green,
  failed: pc.red,
  unreachable: pc.yellow,
  locked: pc.yellow,
};

/**
 * A table on a terminal that is kept up to date in place, one line per site. What happens besides is written above it
 * and stays.
 */
export class LiveTable {
  readonly #terminal: Terminal;
  readonly #now: () => number;
  readonly #rows = new Map<string, Row>();
  #height = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(terminal: Terminal, now: () => number = Date.now) {
    this.#terminal = terminal;
    this.#now = now;
  }

  hear(event: FleetEvent): void {
    switch (event.event) {
      case "rollout-started":
        for (const [index, sites] of event.waves.entries()) {
          for (const site of sites) this.#rows.set(site, waiting(index + 1));
        }
        this.#timer ??= setInterval(() => this.#paint(), 1000).unref();
        break;
      case "site-started":
        this.#set(event.site, "begun", this.#now(), pc.cyan);
        break;
      case "site-phase":
        this.#set(event.site, event.phase, this.#rows.get(event.site)?.since, pc.cyan);
        break;
      case "site-finished": {
        const { event: _, site, ...outcome } = event;
        const [first = ""] = describeResult(outcome).split("\n");
        this.#set(site, first, undefined, COLOURS[event.result] ?? pc.dim);
        if (event.because !== undefined) this.#print(`${site}: ${event.because}`);
        break;
      }
      case "gate":
        if (!event.passed) this.#print([`Gate after wave ${event.wave}:`, ...event.findings].join("\n  "));
        break;
      case "note":
        this.#print(event.text);
        break;
      default:
    }
    this.#paint();
    if (event.event === "rollout-finished") this.close();
  }

  /** Leaves the table as it is. */
  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#height = 0;
  }

  #set(site: string, state: string, since: number | undefined, colour: Row["colour"]): void {
    this.#rows.set(site, { wave: this.#rows.get(site)?.wave, state, since, colour });
  }

  #print(text: string): void {
    this.#clear();
    this.#terminal.write(`${text}\n`);
  }

  #clear(): void {
    if (this.#height > 0) this.#terminal.write(`\x1b[${this.#height}A\x1b[J`);
    this.#height = 0;
  }

  #paint(): void {
    if (this.#rows.size === 0) return;
    this.#clear();
    const text = this.#text();
    this.#terminal.write(`${text}\n`);
    this.#height = text.split("\n").length;
  }

  #text(): string {
    const table = new Table({
      head: ["wave", "site", "state", ""],
      style: { ...frame(), compact: true },
    });
    const now = this.#now();
    // Taller than the terminal it could not be redrawn: what is at work and what is next matters most.
    const room = Math.max(5, (this.#terminal.rows ?? 24) - 5);
    const rows = [...this.#rows];
    const first = Math.max(
      0,
      Math.min(
        rows.findIndex(([, { since }]) => since !== undefined),
        rows.length - room,
      ),
    );
    for (const [site, { wave, state, since, colour }] of rows.slice(first, first + room)) {
      const elapsed = since === undefined ? "" : `${Math.floor((now - since) / 1000)} s`;
      table.push([wave ?? "", site, colour(state.slice(0, 60)), elapsed]);
    }
    return table.toString();
  }
}

function waiting(wave: number): Row {
  return { wave, state: "waiting", since: undefined, colour: pc.dim };
}
