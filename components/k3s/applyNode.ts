import { z } from "zod";
import type { Cluster } from "../cluster/types.ts";
import { onHost } from "../hosts/connect.ts";
import { releaseMachine } from "../hosts/preflight/occupied.ts";
import { hostScript } from "../hosts/script.ts";
import type { Host } from "../hosts/types.ts";
import { locate, releaseFor, stage } from "./artefacts.ts";
import { unitOf } from "./binary.ts";
import { clusterOf } from "./clusterAccess.ts";
import { MachineTaken, NodeNotReady } from "./errors.ts";
import { explainFailure } from "./joinFailure.ts";
import { absentFiles, nodeFiles } from "./nodeFiles.ts";
import type { NodeInputs } from "./nodeInputs.ts";
import { getNode, isReady, isServer, patchNode, planMarks } from "./nodeObject.ts";
import { type NodeFacts, otherSite, readFacts, readNodeObject } from "./observeNode.ts";
import { registriesFile } from "./registries.ts";
import { ensureSnapshotKey } from "./snapshotKey.ts";
import { takeSnapshot } from "./snapshots.ts";
import { type JoinTokens, readTokens, rotateTokens } from "./tokens.ts";
import { checkUpgrade, versionIn } from "./versions.ts";

const script = hostScript("k3s/scripts/apply.sh", {
  step: "set-up of K3s",
  facts: z.object({ changed: z.array(z.string()), restarted: z.boolean(), failure: z.string() }),
});

export interface ApplyOptions {
  /** The declaration until now. */
  readonly before?: NodeInputs;
  /** Given what happens, one line at a time. */
  readonly progress?: (line: string) => void;
  /** How long a node may take to become ready; default 600, as images of its network may have to be loaded. */
  readonly readySeconds?: number;
}

/**
 * Brings a machine to its declaration, whatever it is like now, and waits until the cluster counts it as ready.
 *
 * @returns what was changed, in words
 * @throws MachineTaken, UpgradeRefused, NodeNotReady, BinaryMissing, and the errors of the host
 */
export async function applyNode(node: NodeInputs, options: ApplyOptions = {}): Promise<readonly string[]> {
  const { before, progress = () => {}, readySeconds = 600 } = options;
  const facts = await readFacts(node);
  const installed = versionIn(String(facts["version"] ?? ""));
  refuseOther(node, facts);
  const datastore = facts["datastore"] === "etcd" ? "etcd" : "sqlite";
  if (installed !== undefined && facts.role !== "") {
    checkUpgrade(node.node, installed, node.version, node.role === "server" ? datastore : undefined);
  }
  const existing = facts.role !== "" && facts["datastore"] !== "";
  const moves = node.datastore === "etcd" && datastore === "sqlite";
  const rotates = existing && node.first === undefined && generationOf(facts) !== node.tokenGeneration;
  if (node.role === "server" && existing && (installed !== node.version || moves || rotates)) {
    await takeSnapshot(node, reasonOf(installed !== node.version, moves), progress);
  }
  if (!facts.joined && node.first !== undefined) await forgetPredecessor(node, progress);
  if (rotates) await rotateTokens(node, progress);
  const tokens = node.first === undefined ? undefined : await tokensFor(node, facts);
  // The program may have been put in place by a run that did not come to the restart.
  const restart = installed === node.version && existing && (await runsAnother(node, before));
  const changed = await onHost(node.address, async (host) => {
    const staged =
      installed === node.version ? undefined : await stageFiles(host, node, facts.arch, progress);
    return run(host, node, { tokens, staged, before, restart }, progress);
  });
  await waitUntilReady(node, readySeconds);
  await markNode(node, before);
  return changed;
}

function reasonOf(upgrade: boolean, moves: boolean): string {
  if (upgrade) return "before-upgrade";
  return moves ? "before-etcd" : "before-token-rotation";
}

function generationOf(facts: NodeFacts): number {
  return Number(facts["tokenGeneration"]) || 1;
}

function refuseOther(node: NodeInputs, facts: NodeFacts): void {
  const other = otherSite(facts, node);
  if (other !== undefined) {
    throw new MachineTaken(
      `${node.address.host} is a machine of the site ${other}, not of ${node.site}. ${releaseMachine}`,
    );
  }
  if (facts.role !== "" && facts.role !== node.role) {
    throw new MachineTaken(
      `${node.address.host} already is a K3s ${facts.role}, and ${node.node} is to be ${node.role === "server" ? "a server" : "an agent"}. Uninstall K3s there first, or declare \`role: ${facts.role}\`.`,
    );
  }
}

/** A node that is in keeps its token when the first server can't be asked. */
async function tokensFor(node: NodeInputs, facts: NodeFacts): Promise<JoinTokens | undefined> {
  if (node.first === undefined) return undefined;
  try {
    return await readTokens(node.first, node.dataDir);
  } catch (error) {
    if (facts.joined) return undefined;
    throw error;
  }
}

/**
 * A fresh machine under the name of one that is gone: the cluster would turn it away as long as it remembers the old
 * one's password. K3s forgets it, and an etcd member, with the Node object.
 */
async function forgetPredecessor(node: NodeInputs, progress: (line: string) => void): Promise<void> {
  if (node.first === undefined) return;
  const cluster = await clusterOf(node.first, node.api);
  const old = await getNode(cluster, node.node);
  if (old === undefined) return;
  if (isReady(old)) {
    throw new MachineTaken(
      `Another machine is the node ${node.node} of this cluster, and it is ready. Give ${node.address.host} another \`name\`.`,
    );
  }
  if (isServer(old) && node.snapshots !== undefined) {
    await takeSnapshot({ ...node, address: node.first }, "before-replacement", progress);
  }
  progress(`forgetting the machine that was ${node.node} before`);
  await cluster.request("DELETE", `/api/v1/nodes/${node.node}`);
}

interface Staged {
  readonly path: string;
  readonly sha256: string;
}

async function stageFiles(
  host: Host,
  node: NodeInputs,
  arch: string,
  progress: (line: string) => void,
): Promise<Staged> {
  const release = releaseFor(node.version, arch);
  const program = await locate(node.version, release.binary, node.mirror);
  const path = `/usr/local/bin/.k3s-${node.version}`;
  await stage(host, program, path, progress);
  if (node.airGap) {
    const images = await locate(node.version, release.images, node.mirror);
    await stage(host, images, `${node.dataDir}/agent/images/${images.name}`, progress);
  }
  return { path, sha256: program.sha256 };
}

/** Whether the node reports another release than the declared one; asked only where it did when it was last read. */
async function runsAnother(node: NodeInputs, before: NodeInputs | undefined): Promise<boolean> {
  if (before === undefined || before.version === node.version) return false;
  const running = (await readNodeObject(node))?.status?.nodeInfo?.kubeletVersion;
  return running !== undefined && running !== node.version;
}

/** What a change of one machine is made from, besides its declaration. */
interface Change {
  readonly tokens: JoinTokens | undefined;
  readonly staged: Staged | undefined;
  readonly before: NodeInputs | undefined;
  /** Whether K3s is restarted even if nothing changes. */
  readonly restart: boolean;
}

async function run(
  host: Host,
  node: NodeInputs,
  { tokens, staged, before, restart }: Change,
  progress: (line: string) => void,
): Promise<readonly string[]> {
  const { role, snapshots } = node;
  const recipient =
    snapshots === undefined ? undefined : (await ensureSnapshotKey(snapshots.keyFile, node.site)).recipient;
  const desired = {
    version: node.version,
    sha256: staged?.sha256 ?? "",
    staged: staged?.path ?? "",
    unitName: unitOf(role),
    tokenGeneration: node.tokenGeneration,
    files: (await nodeFiles(node, recipient)).map((file) => ({ ...file })),
    absent: absentFiles(node, before),
    timer: recipient !== undefined,
    restart,
    site: node.site,
  };
  const secrets = {
    join_token: (role === "server" ? tokens?.server : tokens?.agent) ?? "",
    agent_token: (role === "server" ? tokens?.agentSecret : undefined) ?? "",
    registries: registriesFile(node.registries),
  };
  const answer = await host.script(script, desired, { secrets, progress, timeoutSeconds: 600 });
  if (answer.failure !== "") {
    throw new NodeNotReady(`K3s did not start on ${node.node}: ${explainFailure(answer.failure)}`);
  }
  return answer.changed;
}

const journal = hostScript("k3s/scripts/journal.sh", {
  step: "look at the journal of K3s",
  readOnly: true,
  facts: z.object({ journal: z.string() }),
});

/** The health gate: nothing goes on to the next node before this one runs what was declared. */
async function waitUntilReady(node: NodeInputs, seconds: number): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  let seen = "the cluster does not know it";
  for (;;) {
    const problem = await readiness(node);
    if (problem === undefined) return;
    seen = problem;
    if (Date.now() > deadline) break;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  const unit = unitOf(node.role);
  const text = await onHost(node.address, (host) => host.script(journal, { unit }, { timeoutSeconds: 60 }));
  throw new NodeNotReady(
    `${node.node} did not become ready within ${seconds} s (${seen}): ${explainFailure(text.journal)}`,
  );
}

async function readiness({ address, first, api, node, version }: NodeInputs): Promise<string | undefined> {
  let cluster: Cluster;
  try {
    cluster = await clusterOf(first ?? address, api);
    const object = await getNode(cluster, node);
    if (object === undefined) return "the cluster does not know it";
    const running = object.status?.nodeInfo?.kubeletVersion;
    if (running !== version) return `it reports ${running ?? "no version"}`;
    return isReady(object) ? undefined : "it is not ready";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function markNode(node: NodeInputs, before: NodeInputs | undefined): Promise<void> {
  const cluster = await clusterOf(node.first ?? node.address, node.api);
  const object = await getNode(cluster, node.node);
  const patch = object && planMarks(object, node, before);
  if (patch !== undefined) await patchNode(cluster, node.node, patch);
}
