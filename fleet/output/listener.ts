import type { FleetEvent, Listener } from "../rollout/events.ts";
import { eventLine } from "./lines.ts";
import { LiveTable } from "./live.ts";

/** One JSON object per line, on standard output. */
export function jsonListener(stream: { write(text: string): unknown } = process.stdout): Listener {
  return (event: FleetEvent) => {
    stream.write(`${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`);
  };
}

/** For a person: a live table on a terminal, else a line for each thing that happens. On standard error. */
export function personListener(stream: NodeJS.WriteStream = process.stderr): Listener {
  if (stream.isTTY && process.env["TERM"] !== "dumb") {
    const table = new LiveTable(stream);
    return (event) => table.hear(event);
  }
  return (event) => {
    const line = eventLine(event);
    if (line !== undefined) stream.write(`${line}\n`);
  };
}
