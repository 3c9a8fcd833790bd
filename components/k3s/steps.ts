import { isDeepStrictEqual } from "node:util";
import { isMerelyUnreachable, type NodeInputs, RESTART_PENDING } from "./nodeInputs.ts";
import { UNSCHEDULABLE } from "./nodeObject.ts";
import { compareVersions } from "./versions.ts";

/** What will run on one machine, in words and in order. */
export interface NodeSteps {
  readonly node: string;
  /** How the machine is reached, for people. */
  readonly host: string;
  readonly steps: readonly string[];
}

/** Steps that set a machine up. */
export function stepsOfCreate(node: NodeInputs): string[] {
  const through = node.first === undefined ? "" : `, joining through ${node.first.host}`;
  const what =
    node.role === "agent" ? "an agent" : node.first === undefined ? "the first server" : "a server";
  const data = node.role === "server" ? ` (data in ${datastoreName(node.datastore)})` : "";
  return [
    `install K3s ${node.version}${node.airGap ? " and its images" : ""}`,
    `start it as ${what}${through}${data}`,
    ...labelSteps({}, node.labels),
    ...taintSteps([], node.taints),
    "wait until the cluster counts it as ready",
  ];
}

/** Steps that change a node; none when nothing has to be done. */
export function stepsOfUpdate(before: NodeInputs, after: NodeInputs): string[] {
  if (isMerelyUnreachable(before, after)) return ["leave it as it is until it answers"];
  const upgrade = before.version !== after.version;
  const moves = before.datastore === "sqlite" && after.datastore === "etcd";
  const rotates = before.tokenGeneration !== after.tokenGeneration;
  const risky = after.role === "server" && (upgrade || moves || (rotates && after.first === undefined));
  const files = changedFiles(before, after);
  const pending = before.service === RESTART_PENDING;
  const steps = [
    ...(risky ? ["save the cluster's data, encrypted"] : []),
    ...(upgrade ? [upgradeStep(before.version, after.version)] : []),
    ...(moves ? ["move the cluster's data from SQLite to etcd"] : []),
    ...(rotates ? [after.first === undefined ? "replace the tokens" : "take over the new token"] : []),
    ...files,
    ...(before.service === after.service || pending ? [] : [`start K3s, which is ${before.service}`]),
    ...(before.enabled === after.enabled ? [] : ["let K3s start with the machine"]),
  ];
  const restarts = upgrade || moves || rotates || files.length > 0 || pending;
  const manifests = manifestSteps(before.manifests, after.manifests);
  return [
    ...steps,
    ...(restarts && (before.service === after.service || pending) ? ["restart K3s; pods go on running"] : []),
    ...manifests,
    ...(isDeepStrictEqual(before.snapshots, after.snapshots)
      ? []
      : ["change when and for whom snapshots are taken"]),
    ...labelSteps(before.labels, after.labels),
    ...taintSteps(before.taints, after.taints),
    ...(steps.length > 0 || pending || before.ready !== after.ready
      ? ["wait until the cluster counts it as ready"]
      : []),
  ];
}

/** Steps that take a node away; what blocks one of them stops it before anything is lost. */
export function stepsOfDelete(node: NodeInputs): string[] {
  return [
    "look for leases on it, and stop if there are any",
    ...(node.role === "server" ? ["save the cluster's data, encrypted"] : []),
    "keep new pods away (cordon)",
    "move its pods to other nodes (drain)",
    ...(node.datastore === "etcd" ? ["take it out of etcd"] : []),
    "stop K3s and delete the node from the cluster",
    "uninstall K3s with all its files",
  ];
}

/**
 * What will run, machine by machine: those that are in neither list, or the same in both, are not touched.
 *
 * @param before nodes as they are
 * @param after nodes as they are declared
 */
export function planSteps(before: readonly NodeInputs[], after: readonly NodeInputs[]): NodeSteps[] {
  const byName = (nodes: readonly NodeInputs[]) => new Map(nodes.map((node) => [node.node, node]));
  const [old, next] = [byName(before), byName(after)];
  const kept = after.flatMap((node): NodeSteps[] => {
    const was = old.get(node.node);
    if (was === undefined) return [stepsOn(node, stepsOfCreate(node))];
    const steps =
      was.role === node.role && was.dataDir === node.dataDir
        ? stepsOfUpdate(was, node)
        : [...stepsOfDelete(was), ...stepsOfCreate(node)];
    return steps.length === 0 ? [] : [stepsOn(node, steps)];
  });
  const gone = before.filter(({ node }) => !next.has(node)).map((node) => stepsOn(node, stepsOfDelete(node)));
  return [...kept, ...gone];
}

function stepsOn({ node, address }: NodeInputs, steps: readonly string[]): NodeSteps {
  return { node, host: address.host, steps };
}

function upgradeStep(from: string, to: string): string {
  if (from === "none") return `install K3s ${to}, which is missing`;
  return `${compareVersions(to, from) > 0 ? "upgrade" : "change"} K3s from ${from} to ${to}`;
}

function datastoreName(datastore: NodeInputs["datastore"]): string {
  return datastore === "etcd" ? "etcd" : "SQLite";
}

/** Files that K3s reads at start, each with the settings that differ. */
function changedFiles(before: NodeInputs, after: NodeInputs): string[] {
  const files: readonly [string, object | undefined, object | undefined][] = [
    ["config.yaml", before.config, after.config],
    ["registries.yaml", before.registries, after.registries],
    ["the kubelet's settings", before.kubelet, after.kubelet],
    ["the scheduler's settings", before.scheduler, after.scheduler],
  ];
  const steps = files.flatMap(([name, old = {}, next = {}]) => {
    const fields = differing(old, next);
    return fields.length === 0 ? [] : [`write ${name}: ${fields.join(", ")}`];
  });
  return before.unit === after.unit ? steps : [...steps, "write the systemd unit"];
}

function differing(old: object, next: object): string[] {
  const [a, b] = [old as Record<string, unknown>, next as Record<string, unknown>];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter((key) => !isDeepStrictEqual(a[key], b[key]))
    .sort();
}

function labelSteps(old: NodeInputs["labels"], next: NodeInputs["labels"]): string[] {
  const set = Object.entries(next).filter(([key, value]) => old[key] !== value);
  const gone = Object.keys(old).filter((key) => !(key in next));
  return [
    ...set.map(([key, value]) => `set the label ${key}=${value}`),
    ...gone.map((key) => `remove the label ${key}`),
  ];
}

function taintSteps(old: readonly string[], next: readonly string[]): string[] {
  return [
    ...next.filter((taint) => !old.includes(taint)).map((taint) => `set the taint ${taint}`),
    ...old
      .filter((taint) => !next.includes(taint))
      .map((taint) =>
        taint === UNSCHEDULABLE ? "let pods in again (uncordon)" : `remove the taint ${taint}`,
      ),
  ];
}

function manifestSteps(old: NodeInputs["manifests"], next: NodeInputs["manifests"]): string[] {
  const changed = Object.entries(next).filter(([name, text]) => old[name] !== text);
  const gone = Object.keys(old).filter((name) => !(name in next));
  return [
    ...changed.map(([name]) => `write the manifest ${name}`),
    ...gone.map((name) => `remove the manifest ${name}`),
  ];
}
