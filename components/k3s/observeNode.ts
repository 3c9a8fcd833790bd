import { X509Certificate } from "node:crypto";
import { z } from "zod";
import { onHost } from "../hosts/connect.ts";
import { HostKeyChanged, HostUnreachable } from "../hosts/errors.ts";
import { hostScript } from "../hosts/script.ts";
import { clusterOf } from "./clusterAccess.ts";
import type { K3sConfig } from "./config.ts";
import { kubeletFile } from "./kubernetesConfig.ts";
import { readMachineYaml } from "./machineYaml.ts";
import { type NodeInputs, type NodeSnapshots, UNREACHABLE } from "./nodeInputs.ts";
import { getNode, isLeftCordoned, isReady, type NodeObject, taintText, UNSCHEDULABLE } from "./nodeObject.ts";
import { observedRegistries } from "./registries.ts";
import { recipientOf } from "./snapshotKey.ts";
import { versionIn } from "./versions.ts";

/** What the script answers: texts by name, and whether the node ever joined. */
const factsSchema = z
  .object({ joined: z.boolean(), role: z.string(), arch: z.string() })
  .catchall(z.unknown());

export type NodeFacts = z.infer<typeof factsSchema>;

const script = hostScript("k3s/scripts/observe.sh", {
  step: "look at K3s",
  readOnly: true,
  facts: factsSchema,
});

/** Reads what is on the machine. */
export function readFacts(inputs: Pick<NodeInputs, "address" | "dataDir" | "manifests">): Promise<NodeFacts> {
  const { address, dataDir, manifests } = inputs;
  const desired = { dataDir, kubeletFile: kubeletFile(dataDir), files: Object.keys(manifests) };
  return onHost(address, (host) => host.script(script, desired, { timeoutSeconds: 60 }));
}

/** The site that a machine belongs to, if that is another one. */
export function otherSite(facts: NodeFacts, { site }: Pick<NodeInputs, "site">): string | undefined {
  const owner = String(facts["site"] ?? "").trim();
  return owner === "" || owner === site ? undefined : owner;
}

/**
 * The node as it is, in the fields of its declaration.
 *
 * @returns undefined when the machine has no K3s of this site
 * @throws errors of the host other than that it does not answer, which is a state of the node
 */
export async function observeNode(declared: NodeInputs): Promise<NodeInputs | undefined> {
  const object = readNodeObject(declared);
  try {
    const facts = await readFacts(declared);
    if (facts.role === "" || otherSite(facts, declared) !== undefined) return undefined;
    return fromFacts(declared, facts, await object);
  } catch (error) {
    // One that shows another key was set up anew: the machine that this speaks of is gone.
    if (error instanceof HostUnreachable || error instanceof HostKeyChanged) {
      return { ...declared, service: UNREACHABLE, ready: false };
    }
    throw error;
  }
}

/** The Node object; undefined when there is none or no server can be asked. */
export async function readNodeObject({
  address,
  first,
  api,
  node,
}: NodeInputs): Promise<NodeObject | undefined> {
  try {
    return await getNode(await clusterOf(first ?? address, api), node);
  } catch {
    return undefined;
  }
}

/** Puts facts into the fields of the declaration; what cannot be observed stays as declared. */
export function fromFacts(
  declared: NodeInputs,
  facts: NodeFacts,
  object: NodeObject | undefined,
): NodeInputs {
  const text = (name: string) => (typeof facts[name] === "string" ? (facts[name] as string) : "");
  const { datastore, scheduler, snapshots, ...rest } = declared;
  const observedScheduler = text("scheduler");
  return {
    ...rest,
    role: facts.role === "agent" ? "agent" : "server",
    version: observedVersion(versionIn(text("version")), declared.version, object),
    ...(datastore === undefined ? {} : { datastore: text("datastore") === "etcd" ? "etcd" : "sqlite" }),
    config: readMachineYaml(text("config")) as K3sConfig,
    registries: observedRegistries(text("registries"), declared.registries),
    kubelet: readMachineYaml(text("kubelet")),
    ...(scheduler === undefined && observedScheduler === ""
      ? {}
      : { scheduler: readMachineYaml(observedScheduler) }),
    unit: text("unit").trim() === declared.unit.trim() ? declared.unit : text("unit"),
    service: text("service") || "not there",
    enabled: text("enabled") === "enabled",
    ready: isReady(object),
    ...observedMarks(declared, object),
    manifests: Object.fromEntries(
      Object.entries(declared.manifests)
        .map(([name, want]) => [name, sameText(text(`manifest:${name}`), want)] as const)
        .filter(([, found]) => found !== ""),
    ),
    ...(snapshots === undefined ? {} : { snapshots: observedSnapshots(snapshots, text) }),
    tokenGeneration: Number(text("tokenGeneration")) || 0,
  };
}

/** The release in place; where that is the declared one and the node still runs another, the one that runs. */
function observedVersion(
  installed: string | undefined,
  want: string,
  object: NodeObject | undefined,
): string {
  const running = object?.status?.nodeInfo?.kubeletVersion;
  return (installed === want ? running : undefined) ?? installed ?? "none";
}

function sameText(found: string, want: string): string {
  return found.trim() === want.trim() ? want : found;
}

/** Labels and taints that are declared, as they are; a node that cannot be asked about is not thought to differ. */
function observedMarks(declared: NodeInputs, object: NodeObject | undefined) {
  if (object === undefined) return { labels: declared.labels, taints: declared.taints };
  const labels = object.metadata.labels ?? {};
  const taints = (object.spec?.taints ?? []).map(taintText);
  return {
    labels: Object.fromEntries(
      Object.keys(declared.labels).flatMap((key) => (key in labels ? [[key, labels[key] ?? ""]] : [])),
    ),
    taints: [
      ...declared.taints.filter((taint) => taints.includes(taint)),
      ...(isLeftCordoned(object) ? [UNSCHEDULABLE] : []),
    ],
  };
}

/** What is said of a key that is not the one in the key file. */
export const OTHER_KEY = "(the machine encrypts for another key)";

function observedSnapshots(declared: NodeSnapshots, text: (name: string) => string): NodeSnapshots {
  const certificate = text("snapshotCertificate");
  const expected = recipientOf(declared.keyFile);
  const on = text("snapshotTimerState") === "active";
  return {
    at: on ? (/^OnCalendar=(.*)$/m.exec(text("snapshotTimer"))?.[1] ?? "") : "(off)",
    keep: Number(/^keep=(\d+)$/m.exec(text("snapshotSettings"))?.[1] ?? 0),
    keyFile: expected === undefined || sameKey(certificate, expected) ? declared.keyFile : OTHER_KEY,
  };
}

function sameKey(left: string, right: string): boolean {
  try {
    return new X509Certificate(left).fingerprint256 === new X509Certificate(right).fingerprint256;
  } catch {
    return false;
  }
}
