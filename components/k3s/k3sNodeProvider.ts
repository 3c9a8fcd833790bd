import { isDeepStrictEqual } from "node:util";
import type { Implementation } from "../dynamic/index.ts";
import { hasUnknown } from "../dynamic/unknown.ts";
import { HostUnreachable } from "../hosts/errors.ts";
import { nameOf } from "../hosts/ssh.ts";
import { applyNode } from "./applyNode.ts";
import {
  ACCESS_FIELDS,
  IDENTITY_FIELDS,
  idOf,
  isMerelyUnreachable,
  type NodeInputs,
  OBSERVED_FIELDS,
  UNREACHABLE,
} from "./nodeInputs.ts";
import { observeNode } from "./observeNode.ts";
import { removeNode } from "./removal/remove.ts";
import { inTurn } from "./turns.ts";
import { checkUpgrade } from "./versions.ts";

/** Keeps one machine a node of its cluster. */
export function handler(): Implementation {
  return { check, diff, create, read, update, delete: remove };
}

/** What cannot be undone is refused in the preview already: a release that would skip a minor version, or go back. */
async function check(olds: Partial<NodeInputs>, news: NodeInputs) {
  const inputs = declared(news);
  if (hasUnknown(inputs)) return { inputs };
  // A cluster that was moved into etcd has no way back to SQLite: one server goes on with one member.
  const settled: NodeInputs =
    olds.datastore === "etcd" && inputs.role === "server" ? { ...inputs, datastore: "etcd" } : inputs;
  if (olds.version !== undefined && olds.version !== "none" && olds.role === settled.role) {
    try {
      checkUpgrade(
        settled.node,
        olds.version,
        settled.version,
        settled.role === "server" ? olds.datastore : undefined,
      );
    } catch (error) {
      return { inputs: settled, failures: [{ property: "version", reason: (error as Error).message }] };
    }
  }
  return { inputs: settled };
}

async function diff(_id: string, olds: NodeInputs, news: NodeInputs) {
  const changed = [...OBSERVED_FIELDS, ...ACCESS_FIELDS].some(
    (field) => !isDeepStrictEqual(olds[field], news[field]),
  );
  const replaces = IDENTITY_FIELDS.filter((field) => olds[field] !== news[field]);
  return { changes: changed || replaces.length > 0, replaces, deleteBeforeReplace: true };
}

async function create(inputs: NodeInputs) {
  await applyNode(declared(inputs), { progress: progressOf(inputs) });
  return { id: idOf(inputs), outs: declared(inputs) };
}

/** @returns a blank id when the machine has no K3s: then it is set up anew */
async function read(id: string, state: NodeInputs) {
  const observed = await observeNode(declared(state));
  if (observed === undefined) return { id: "", props: {} };
  return { id, props: observed, inputs: observed };
}

async function update(_id: string, olds: NodeInputs, news: NodeInputs) {
  const node = declared(news);
  const before = declared(olds);
  const progress = progressOf(node);
  const isUpgrade = olds.version !== news.version;
  try {
    await inTurn(node.site, node.node, isUpgrade, () => applyNode(node, { before, progress }));
    return { outs: node };
  } catch (error) {
    // The rest of the site does not wait for a machine that is off; as long as it is, it shows as drift.
    const isOff = error instanceof HostUnreachable && error.host === nameOf(node.address);
    if (!isOff || !isMerelyUnreachable(before, node)) throw error;
    progress(`left as it is. ${error.message}`);
    return { outs: { ...node, service: UNREACHABLE, ready: false } };
  }
}

async function remove(_id: string, state: NodeInputs) {
  const node = declared(state);
  await inTurn(node.site, node.node, false, () => removeNode(node, { progress: progressOf(node) }));
}

/** Fields of ours alone: the engine hands its own along. */
function declared(properties: NodeInputs): NodeInputs {
  const names = [...IDENTITY_FIELDS, ...ACCESS_FIELDS, ...OBSERVED_FIELDS, "mirror", "airGap"] as const;
  return Object.fromEntries(
    names.flatMap((name) => (properties[name] === undefined ? [] : [[name, properties[name]]])),
  ) as unknown as NodeInputs;
}

/** The engine shows what an implementation writes to standard output beside the resource. */
function progressOf({ node, address }: NodeInputs): (line: string) => void {
  return (line) => console.log(`${node} (${nameOf(address)}): ${line}`);
}
