import { stripVTControlCharacters } from "node:util";
import Table from "cli-table3";
import { err as pc } from "../../doctor/colours.ts";
import type { FleetEvent } from "../rollout/events.ts";
import { describeResult, gateName } from "./lines.ts";

/** A stream that may be a terminal. */
export interface Terminal {
  write(text: string): unknown;
  /** Size in characters; 0 or nothing where it is not known. */
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
  interrupted: pc.yellow,
};

/** The table's own colours, where there are colours. */
const frame = () => (pc.isColorSupported ? { head: ["dim"], border: ["dim"] } : { head: [], border: [] });

/** Longest state that is shown where there is room for it. */
const STATE = 60;
/** Width of `99999 s`. */
const ELAPSED = 7;
/** Lines of the table besides its rows, one that tells of rows left out, and the cursor's. */
const BESIDES = 6;

/**
 * A table on a terminal that is kept up to date in place, one line per site. What happens besides is written above it
 * and stays.
 */
export class LiveTable {
  readonly #terminal: Terminal;
  readonly #now: () => number;
  readonly #rows = new Map<string, Row>();
  /** Widths of the lines that stand there now, from the cursor upwards. */
  #painted: readonly number[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(terminal: Terminal, now: () => number = Date.now) {
    this.#terminal = terminal;
    this.#now = now;
  }

  hear(event: FleetEvent): void {
    let said: string | undefined;
    switch (event.event) {
      case "rollout-started":
        for (const [index, sites] of event.waves.entries()) this.#expect(sites, index + 1);
        break;
      case "comparison-started":
        this.#expect(event.sites, undefined);
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
        const colour = (event.drift ?? []).length > 0 ? pc.yellow : (COLOURS[event.result] ?? pc.dim);
        this.#set(site, first, undefined, colour);
        if (event.because !== undefined) said = `${site}: ${event.because}`;
        break;
      }
      case "gate":
        if (!event.passed) said = [`${gateName(event)}:`, ...event.findings].join("\n  ");
        break;
      case "note":
        said = event.text;
        break;
      case "rollout-finished":
        for (const [site, { result }] of Object.entries(event.record.sites)) {
          if (result === "untouched") this.#set(site, result, undefined, pc.dim);
        }
        break;
      default:
    }
    if (event.event === "rollout-finished" || event.event === "sites-compared") {
      this.#paint(said, Number.POSITIVE_INFINITY);
      this.close();
    } else {
      this.#paint(said);
      if (this.#rows.size > 0) this.#timer ??= setInterval(() => this.#paint(), 1000).unref();
    }
  }

  /** Leaves the table as it is; what is heard after that is only said. */
  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#painted = [];
    this.#rows.clear();
  }

  #expect(sites: readonly string[], wave: number | undefined): void {
    for (const site of sites)
      this.#rows.set(site, { wave, state: "waiting", since: undefined, colour: pc.dim });
  }

  #set(site: string, state: string, since: number | undefined, colour: Row["colour"]): void {
    this.#rows.set(site, { wave: this.#rows.get(site)?.wave, state, since, colour });
  }

  get #columns(): number {
    return this.#terminal.columns || 80;
  }

  /** Goes back to the table's first line and wipes all below: `^C` of the person's, too, and lines that were wrapped. */
  #back(): string {
    const lines = this.#painted.map((width) => Math.max(1, Math.ceil(width / this.#columns)));
    const height = lines.reduce((sum, count) => sum + count, 0);
    return height === 0 ? "" : `\r\x1b[${height}A\x1b[J`;
  }

  /** In one piece, since a terminal shows what it has got. */
  #paint(
    said?: string,
    // Taller than the terminal it could not be redrawn.
    room = Math.max(1, (this.#terminal.rows || 24) - BESIDES),
  ): void {
    const lines = this.#rows.size === 0 ? [] : this.#lines(room);
    const text = [...(said === undefined ? [] : [said]), ...lines].map((line) => `${line}\n`).join("");
    if (text === "") return;
    this.#terminal.write(this.#back() + text);
    this.#painted = lines.map((line) => stripVTControlCharacters(line).length);
  }

  #lines(room: number): string[] {
    const all = [...this.#rows];
    const waves = all.some(([, { wave }]) => wave !== undefined);
    // What is at work and what is next matters most.
    const working = all.findIndex(([, { since }]) => since !== undefined);
    const first = Math.max(0, Math.min(working, all.length - room));
    const shown = all.slice(first, first + room);

    const table = new Table({
      head: [...(waves ? ["wave"] : []), "site", "state", ""],
      style: { ...frame(), compact: true },
    });
    // Of a line, each column takes two blanks and a border; one border and the last character are left.
    const content = this.#columns - (waves ? 4 + 3 : 0) - 3 * 3 - 2 - ELAPSED;
    const longest = Math.max(...all.map(([site]) => site.length));
    // What is going on says more than the whole of a long name.
    const siteWidth = Math.min(longest, Math.max(Math.floor(content * 0.4), content - 40, 4));
    const stateWidth = Math.max(5, Math.min(STATE, content - siteWidth));
    const now = this.#now();
    for (const [site, { wave, state, since, colour }] of shown) {
      const elapsed = since === undefined ? "" : `${Math.floor((now - since) / 1000)} s`;
      table.push([
        ...(waves ? [wave ?? ""] : []),
        shorten(site, siteWidth),
        colour(shorten(state, stateWidth)),
        elapsed,
      ]);
    }
    const left = all.length - shown.length;
    return [...table.toString().split("\n"), ...(left > 0 ? [pc.dim(`and ${left} more`)] : [])];
  }
}

function shorten(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
