import { DrainBlocked } from "../errors.ts";
import { howToAllow } from "./consent.ts";

/** A pod, as far as draining depends on it. */
export interface PodObject {
  readonly metadata: {
    readonly namespace: string;
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly kind: string; readonly controller?: boolean }[];
    readonly deletionTimestamp?: string;
  };
  readonly spec?: {
    readonly nodeName?: string;
    readonly volumes?: readonly { readonly persistentVolumeClaim?: { readonly claimName: string } }[];
  };
  readonly status?: { readonly phase?: string };
}

/** A PersistentVolume, as far as it is tied to a machine. */
export interface VolumeObject {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly claimRef?: { readonly namespace: string; readonly name: string };
    readonly nodeAffinity?: {
      readonly required?: {
        readonly nodeSelectorTerms?: readonly {
          readonly matchExpressions?: readonly {
            readonly key: string;
            readonly operator: string;
            readonly values?: readonly string[];
          }[];
        }[];
      };
    };
  };
}

/** A PodDisruptionBudget, as far as it keeps pods. */
export interface BudgetObject {
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly spec: { readonly selector?: LabelSelector };
  readonly status?: { readonly disruptionsAllowed?: number };
}

interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/** What is in the way of emptying a node. */
export interface DrainPlan {
  /** Pods that are asked to leave, in the order of their names. */
  readonly evict: readonly PodObject[];
  /** What would be lost, one phrase each. */
  readonly losses: readonly string[];
}

/**
 * Which pods of a node are moved away, and what would be lost with it: a pod that nothing starts again, and a volume
 * that is on its disk. Pods of the node itself (static ones, DaemonSets) stay; ended ones do not matter.
 */
export function planDrain(
  node: string,
  pods: readonly PodObject[],
  volumes: readonly VolumeObject[],
): DrainPlan {
  const evict = pods
    .filter((pod) => pod.spec?.nodeName === node && isMovable(pod))
    .sort((a, b) => (podName(a) < podName(b) ? -1 : 1));
  const local = volumes.filter((volume) => isOn(volume, node));
  return {
    evict,
    losses: [
      ...evict
        .filter((pod) => controllerOf(pod) === undefined)
        .map((pod) => `pod ${podName(pod)} has no controller`),
      ...local.map(({ metadata, spec }) => {
        const claim =
          spec.claimRef === undefined ? "" : ` of ${spec.claimRef.namespace}/${spec.claimRef.name}`;
        return `volume ${metadata.name}${claim} is on its disk`;
      }),
    ],
  };
}

/** @throws DrainBlocked naming every loss that nobody agreed to */
export function refuseLosses(node: string, { losses }: DrainPlan, agreed: boolean): void {
  if (losses.length === 0 || agreed) return;
  throw new DrainBlocked(
    `Removing ${node} would lose: ${losses.join("; ")}. Save what you need, or agree with ${howToAllow("data", node)}.`,
  );
}

/** For the text about pods that were not let go in time. */
export function describeBlocked(node: string, blocked: ReadonlyMap<string, string>, seconds: number): string {
  const reasons = [...blocked].map(([pod, reason]) => `${pod}: ${reason}`);
  return `${node} could not be emptied within ${seconds} s. Still there: ${reasons.join("; ")}. It stays cordoned and was not removed; start more replicas elsewhere or change the budget, then run the same command again. ${howToAllow("data", node)} deletes what is still there by then, and listing ${node} again lets pods in again.`;
}

/** Budgets that keep a pod just now, by name. */
export function keptBy(pod: PodObject, budgets: readonly BudgetObject[]): string[] {
  return budgetsOf(
    pod,
    budgets.filter(({ status }) => (status?.disruptionsAllowed ?? 0) === 0),
  );
}

/** Budgets that count a pod, by name; an empty selector is every pod of its namespace. */
export function budgetsOf(pod: PodObject, budgets: readonly BudgetObject[]): string[] {
  return budgets
    .filter(
      ({ metadata, spec }) => metadata.namespace === pod.metadata.namespace && selects(spec.selector, pod),
    )
    .map(({ metadata }) => metadata.name);
}

function selects(selector: LabelSelector | undefined, { metadata: { labels = {} } }: PodObject): boolean {
  if (selector === undefined) return false;
  const { matchLabels = {}, matchExpressions = [] } = selector;
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === "Exists") return value !== undefined;
      if (operator === "DoesNotExist") return value === undefined;
      const listed = value !== undefined && values.includes(value);
      return operator === "In" ? listed : !listed;
    })
  );
}

export function podName({ metadata }: PodObject): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function isMovable(pod: PodObject): boolean {
  const phase = pod.status?.phase;
  if (phase === "Succeeded" || phase === "Failed") return false;
  if (pod.metadata.annotations?.["kubernetes.io/config.mirror"] !== undefined) return false;
  return controllerOf(pod) !== "DaemonSet" && controllerOf(pod) !== "Node";
}

function controllerOf({ metadata }: PodObject): string | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller)?.kind;
}

function isOn({ spec }: VolumeObject, node: string): boolean {
  const terms = spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  return terms.some(({ matchExpressions = [] }) =>
    matchExpressions.some(
      ({ key, operator, values = [] }) =>
        key === "kubernetes.io/hostname" && operator === "In" && values.length === 1 && values[0] === node,
    ),
  );
}
