import { isDeepStrictEqual } from "node:util";
import type { Implementation } from "../dynamic/index.ts";
import { onHost } from "./connect.ts";
import { HostDisconnected, HostKeyChanged, HostUnreachable } from "./errors.ts";
import { FirewallInvalid, firewallFile } from "./preparation/firewall.ts";
import { prepareHost, readPreparation, unprepareHost } from "./preparation/steps.ts";
import type { Preparation } from "./preparation/types.ts";
import { ufwRules } from "./preparation/ufw.ts";
import { nameOf } from "./ssh.ts";
import type { HostAddress } from "./types.ts";

/** What is declared, and what is kept in the state: the same. */
interface State extends Preparation {
  readonly address: HostAddress;
}

const FIELDS = [
  "packages",
  "sysctl",
  "swap",
  "clock",
  "journalLimit",
  "heldFromUpgrades",
  "nouveau",
  "firewall",
  "ssh",
] as const satisfies readonly (keyof Preparation)[];

/** Brings one machine to what is declared, and reads it back. */
export function handler(): Implementation {
  return { check, diff, create, read, update, delete: remove };
}

async function check(_olds: unknown, news: State) {
  const inputs = pick(news);
  const failures: { property: string; reason: string }[] = [];
  try {
    // A preview may not know an address yet.
    if (typeof inputs.firewall === "object") {
      firewallFile(inputs.firewall);
      ufwRules(inputs.firewall);
    }
  } catch (error) {
    if (!(error instanceof FirewallInvalid)) throw error;
    failures.push({ property: "firewall", reason: error.message });
  }
  const { address, ssh } = inputs;
  if (ssh === "hardened" && address.passwordEnv !== undefined && address.keyFile === undefined) {
    const reason = `${nameOf(address)} is logged in to with a password, which SSH would then refuse. Name a \`keyFile\` first, or leave SSH as it is.`;
    failures.push({ property: "ssh", reason });
  }
  return { inputs, failures };
}

async function diff(_id: string, olds: State, news: State) {
  const changed = FIELDS.some((field) => !isDeepStrictEqual(olds[field], news[field]));
  const moved = olds.address.host !== news.address.host;
  const changes = changed || !isDeepStrictEqual(olds.address, news.address);
  return { changes, replaces: moved ? ["address"] : [] };
}

async function create(inputs: State) {
  await apply(inputs);
  return { id: idOf(inputs), outs: pick(inputs) };
}

async function read(id: string, state: State) {
  let found: Preparation;
  try {
    found = await onHost(state.address, (host) => readPreparation(host, state));
  } catch (error) {
    // A machine that is off must not stop a run that is about to let go of it, nor one that was set up anew a run
    // that declares its new key: whether that is the one it shows is checked before anything is sent.
    if (
      !(
        error instanceof HostUnreachable ||
        error instanceof HostDisconnected ||
        error instanceof HostKeyChanged
      )
    )
      throw error;
    console.warn(error.message);
    return { id, props: pick(state), inputs: pick(state) };
  }
  const observed = { ...pick(state), ...found };
  return { id, props: observed, inputs: observed };
}

async function update(_id: string, _olds: State, news: State) {
  await apply(news);
  return { outs: pick(news) };
}

async function remove(_id: string, { address }: State) {
  try {
    await unprepareHost(address);
  } catch (error) {
    // A machine that is gone for good, or was set up anew, must not keep a site from letting go of it.
    if (!(error instanceof HostUnreachable || error instanceof HostKeyChanged)) throw error;
    console.warn(`${error.message} What was set up there stays as it is.`);
  }
}

async function apply(inputs: State): Promise<void> {
  const name = inputs.address.host === "local" ? "this machine" : inputs.address.host;
  await prepareHost(inputs.address, pick(inputs), (words) => console.info(`${name}: ${words}`));
}

function pick(state: State): State {
  const fields = FIELDS.map((field) => [field, state[field]] as const);
  return { address: state.address, ...Object.fromEntries(fields) } as State;
}

function idOf({ address }: State): string {
  return address.host;
}
