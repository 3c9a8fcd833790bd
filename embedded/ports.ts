import { randomInt } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { replaceFile } from "./files.ts";

// Below the ports that systems hand to outgoing connections (32768 and up), so that nothing borrows them.
const lowest = 20_000;
const highest = 29_999;

export interface SettledPorts<Name extends string> {
  readonly ports: Readonly<Record<Name, number>>;
  /** Those that had to move because another program holds the port of before. */
  readonly moved: readonly Name[];
}

/**
 * Chooses free ports on 127.0.0.1 and keeps them in `file`, so that a service has the same ones after a
 * restart as long as they are free.
 *
 * @param held whether a program of ours already listens on the port of this name
 */
export async function settlePorts<Name extends string>(
  file: string,
  names: readonly Name[],
  held: (name: Name) => boolean,
): Promise<SettledPorts<Name>> {
  const kept = readPorts(file);
  const ports: Partial<Record<Name, number>> = {};
  const moved: Name[] = [];
  for (const name of names) {
    const before = kept[name];
    if (before !== undefined && (held(name) || (await isFree(before)))) {
      ports[name] = before;
      continue;
    }
    if (before !== undefined) moved.push(name);
    ports[name] = await freePort(Object.values<number | undefined>(ports));
  }
  replaceFile(file, JSON.stringify(ports, undefined, 2));
  return { ports: ports as Record<Name, number>, moved };
}

function readPorts(file: string): Readonly<Record<string, number | undefined>> {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return {};
  }
}

async function freePort(taken: readonly (number | undefined)[]): Promise<number> {
  for (;;) {
    const port = randomInt(lowest, highest + 1);
    if (!taken.includes(port) && (await isFree(port))) return port;
  }
}

/** Whether a program could listen on this port of 127.0.0.1 now. */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({ port, host: "127.0.0.1", exclusive: true });
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
