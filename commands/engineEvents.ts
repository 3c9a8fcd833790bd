import type { PolicyEvent } from "../policies/sentences.ts";

/** The parts of the engine's event log that are used here (`sdk/go/common/apitype/events.go`). */
export interface EngineEvent {
  readonly resourcePreEvent?: { readonly metadata: StepMetadata };
  readonly resOutputsEvent?: { readonly metadata: StepMetadata };
  readonly diagnosticEvent?: { readonly message: string; readonly severity: string; readonly urn?: string };
  readonly summaryEvent?: { readonly resourceChanges: Readonly<Record<string, number>> };
  readonly policyEvent?: PolicyEvent;
}

export interface StepMetadata {
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  readonly old: StepState | null;
  readonly new: StepState | null;
  readonly detailedDiff?: Readonly<Record<string, unknown>> | null;
}

export interface StepState {
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** One difference, named by resource and field. */
export interface Difference {
  /** The resource's name in the program. */
  readonly resource: string;
  /** Its type token. */
  readonly type: string;
  /** Property path, or `undefined` when the resource as a whole is missing, new or no longer declared. */
  readonly field?: string;
  readonly kind: "changed" | "missing" | "new" | "removed";
  /** Value that is declared. */
  readonly declared?: unknown;
  /** Value that was found. */
  readonly found?: unknown;
}

export interface Differences {
  /** The world differs from what was last deployed. */
  readonly drift: readonly Difference[];
  /** The declaration was edited since the last deployment. */
  readonly pending: readonly Difference[];
}

/**
 * Sorts the steps of a `preview --refresh` into drift and pending changes.
 *
 * A step's field is drift when what is declared now equals what was deployed: then only the world moved. A
 * resource to be created is drift when the refresh of this very run found it gone.
 */
export function differences(events: readonly EngineEvent[]): Differences {
  const deployed = new Map<string, StepState>();
  const planned = new Map<string, StepMetadata>();
  for (const event of events) {
    const step = event.resourcePreEvent?.metadata ?? event.resOutputsEvent?.metadata;
    if (step === undefined || isInternal(step)) continue;
    if (step.op === "refresh") {
      if (step.old !== null) deployed.set(step.urn, step.old);
    } else if (event.resourcePreEvent !== undefined && step.op !== "same" && step.op !== "read") {
      planned.set(
        step.urn,
        planned.has(step.urn) && step.op !== "replace" ? (planned.get(step.urn) ?? step) : step,
      );
    }
  }
  const drift: Difference[] = [];
  const pending: Difference[] = [];
  for (const step of planned.values()) {
    const before = deployed.get(step.urn);
    for (const difference of stepDifferences(step, before)) {
      (isDrift(difference, step, before) ? drift : pending).push(difference);
    }
  }
  return { drift, pending };
}

/** The stack itself and provider configurations are no things in the world. */
function isInternal(step: StepMetadata): boolean {
  return step.type.startsWith("pulumi:pulumi:") || step.type.startsWith("pulumi:providers:");
}

function stepDifferences(step: StepMetadata, before: StepState | undefined): Difference[] {
  const name = { resource: step.urn.split("::").at(-1) ?? step.urn, type: step.type };
  if (step.op === "create") return [{ ...name, kind: before === undefined ? "new" : "missing" }];
  if (step.op === "delete") return [{ ...name, kind: "removed" }];
  const fields = Object.keys(step.detailedDiff ?? {});
  // Dynamic resources answer only whether they differ; where is seen by comparing.
  const paths = fields.length > 0 ? fields : changedPaths(step.old?.inputs, step.new?.inputs);
  return paths
    .filter((field) => field !== "__provider")
    .map((field) => ({
      ...name,
      field,
      kind: "changed" as const,
      declared: valueAt(step.new?.inputs, field),
      found: valueAt(step.old?.inputs, field) ?? valueAt(step.old?.outputs, field),
    }));
}

function isDrift(difference: Difference, step: StepMetadata, before: StepState | undefined): boolean {
  if (difference.kind === "missing") return true;
  if (difference.kind !== "changed" || difference.field === undefined || before === undefined) return false;
  const declared = JSON.stringify(valueAt(step.new?.inputs, difference.field));
  return declared === JSON.stringify(valueAt(before.inputs, difference.field));
}

/** Paths of the values that differ, as deep as objects go on both sides; a list counts as one value. */
export function changedPaths(before: unknown, after: unknown, path = ""): string[] {
  if (!isObject(before) || !isObject(after)) {
    return JSON.stringify(before) === JSON.stringify(after) ? [] : [path];
  }
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => changedPaths(before[name], after[name], joinPath(path, name)));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function joinPath(path: string, name: string): string {
  if (!/^[A-Za-z_]\w*$/.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === "" ? name : `${path}.${name}`;
}

/** One step of a property path: `["quoted"]`, `[0]` or a plain name. */
const PATH_STEP = /\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g;

/** The value at a property path in the engine's notation, for example `a.b[0]["c.d"]`. */
export function valueAt(root: unknown, path: string): unknown {
  let value = root;
  for (const [, quoted, index, name] of path.matchAll(PATH_STEP)) {
    if (value === null || typeof value !== "object") return undefined;
    const key = quoted === undefined ? (index ?? name ?? "") : (JSON.parse(`"${quoted}"`) as string);
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}
