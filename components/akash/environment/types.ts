/** A variable that a pod of ours carries. */
export interface SetVariable<Settings, Text> {
  readonly name: string;
  /** Its name in the official chart, where the chart has it. */
  readonly chart?: string;
  /** Its value; undefined leaves it out under these settings. */
  readonly value: (settings: Settings) => Text | string | undefined;
  /** Why it is set as it is, and the upstream file that says so. */
  readonly because: string;
}

/** A variable that Kubernetes fills in from the pod itself. */
export interface FieldVariable {
  readonly name: string;
  readonly chart?: string;
  /** Path in the pod, for example `metadata.name`. */
  readonly field: string;
  readonly because: string;
}

/** A variable of the official chart that no pod of ours carries, and why. */
export interface OmittedVariable {
  readonly chart: string;
  readonly omitted: string;
}

export type Variable<Settings, Text> = SetVariable<Settings, Text> | FieldVariable | OmittedVariable;

/** An environment variable as a container takes it. */
export type EnvironmentVariable<Text> =
  | { readonly name: string; readonly value: Text | string }
  | { readonly name: string; readonly valueFrom: { readonly fieldRef: { readonly fieldPath: string } } };

/** The variables that are set under these settings, by name, so that the pod template never changes idly. */
export function planEnvironment<Settings, Text>(
  table: readonly Variable<Settings, Text>[],
  settings: Settings,
): EnvironmentVariable<Text>[] {
  return table
    .flatMap((variable) => environmentVariable(variable, settings) ?? [])
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function environmentVariable<Settings, Text>(
  variable: Variable<Settings, Text>,
  settings: Settings,
): EnvironmentVariable<Text> | undefined {
  if ("omitted" in variable) return undefined;
  const { name } = variable;
  if ("field" in variable) return { name, valueFrom: { fieldRef: { fieldPath: variable.field } } };
  const value = variable.value(settings);
  return value === undefined ? undefined : { name, value };
}
