import { PROVIDER_LABELS, PROVIDER_NAME, SERVICES_NAMESPACE } from "../../akash/names.ts";
import type { ExistingPod, ExistingSite, TakeoverBlocker } from "./types.ts";

/**
 * Providers that sign with the site's wallet and that the update would not replace: two signers take each other's
 * sequence numbers and bid twice. One whose key cannot be told counts as one with the same wallet.
 */
export function secondSigners({ pods, processes }: ExistingSite, owner: string): TakeoverBlocker[] {
  const running = pods.filter((pod) => pod.role === "provider" && !pod.ours && !isTakenOver(pod));
  const workloads = new Map(
    running
      .filter(({ key }) => maySignFor(owner, key.from))
      .map((pod) => [`${pod.controller.kind} ${pod.namespace}/${pod.controller.name}`, pod]),
  );
  return [
    ...[...workloads].map(([place, pod]) => ({
      place,
      problem: describe(owner, pod.key.from),
      remedy: stopCommand(pod),
    })),
    ...processes
      .filter(({ from }) => maySignFor(owner, from))
      .map(({ pid, from }) => ({
        place: `process ${pid} on this machine`,
        problem: describe(owner, from),
        remedy: "stop and disable its service, for example `systemctl disable --now akash-provider`",
      })),
  ];
}

/** Names of the declared StatefulSet's pods. */
const MEMBER = new RegExp(`^${PROVIDER_NAME}-\\d+$`);

/**
 * The pod whose workload has the declared name: the update puts ours in its place. A run that was interrupted has
 * deleted that workload and left the pod without one; the new workload takes it for its own by name and labels.
 */
export function isTakenOver({ namespace, name, labels, controller }: ExistingPod): boolean {
  if (namespace !== SERVICES_NAMESPACE) return false;
  if (controller.kind !== "Pod") {
    return controller.kind === "StatefulSet" && controller.name === PROVIDER_NAME;
  }
  return (
    MEMBER.test(name) && Object.entries(PROVIDER_LABELS).every(([label, value]) => labels[label] === value)
  );
}

/** Whether a provider tells its wallet: an address does, the name of a key does not. */
export function saysAddress(from: string | undefined): from is string {
  return from?.startsWith("akash1") ?? false;
}

function maySignFor(owner: string, from: string | undefined): boolean {
  return !saysAddress(from) || from === owner;
}

function describe(owner: string, from: string | undefined): string {
  return from === owner
    ? `runs a provider that signs with this site's wallet ${owner}`
    : `runs a provider whose wallet cannot be told (key ${from ?? "unknown"})`;
}

function stopCommand({ namespace, name, controller: { kind, name: controller } }: ExistingPod): string {
  return kind === "Pod"
    ? `delete it: \`kubectl -n ${namespace} delete pod ${name}\``
    : `stop it: \`kubectl -n ${namespace} scale ${kind.toLowerCase()}/${controller} --replicas=0\``;
}
