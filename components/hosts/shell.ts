import type { Desired, DesiredValue, Scalar } from "./types.ts";

/** A value that shell variables cannot express, or a name that they cannot have: a mistake in this package. */
export class DesiredInvalid extends Error {
  override readonly name = "DesiredInvalid";
}

/**
 * Assignments that give a bash script its desired state, each value quoted so that nothing in it is run.
 *
 * | desired | variable |
 * |---|---|
 * | `kubeVersion: "v1.34"` | `want_kube_version='v1.34'` |
 * | `enabled: true`, `count: 3` | `'true'`, `'3'` |
 * | `null`, `undefined` | `''` |
 * | `ports: [80, 443]` | `want_ports=('80' '443')` |
 * | `sysctl: {"vm.max": 1}` | `declare -A want_sysctl=(['vm.max']='1')` |
 * | `peers: [{host: "a", port: 1}]` | `want_peers_count='1'`, `want_peers_host=('a')`, `want_peers_port=('1')` |
 *
 * An empty list makes an empty array and a count of 0, an empty object an empty map. Of a list of objects, each
 * field is an array of its own with an empty string where an object lacks it.
 *
 * @throws DesiredInvalid
 */
export function shellVariables(desired: Desired, prefix = "want"): string[] {
  return Object.entries(desired).flatMap(([key, value]) => assign(variable(prefix, key), value));
}

function assign(name: string, value: DesiredValue): string[] {
  if (isScalar(value)) return [`${name}=${quote(scalarText(name, value))}`];
  if (Array.isArray(value)) {
    const items = value as readonly (Scalar | Readonly<Record<string, Scalar>>)[];
    if (items.length === 0) return [list(name, []), `${name}_count='0'`];
    return items.some(isScalar)
      ? [list(name, items)]
      : records(name, items as readonly Readonly<Record<string, Scalar>>[]);
  }
  const entries = Object.entries(value as Readonly<Record<string, Scalar>>).map(
    ([key, item]) => `[${quote(key === "" ? refuse(name) : key)}]=${quote(scalarText(name, item))}`,
  );
  return [`declare -A ${name}=(${entries.join(" ")})`];
}

function list(name: string, items: readonly unknown[]): string {
  return `${name}=(${items.map((item) => quote(scalarText(name, item))).join(" ")})`;
}

function records(name: string, items: readonly Readonly<Record<string, Scalar>>[]): string[] {
  const fields = [...new Set(items.flatMap((item) => Object.keys(item)))];
  return [
    `${name}_count=${quote(String(items.length))}`,
    ...fields.map((field) =>
      list(
        variable(name, field),
        items.map((item) => item[field]),
      ),
    ),
  ];
}

/** One word for the shell, taken as it is. */
export function quote(text: string): string {
  if (text.includes("\0")) throw new DesiredInvalid("A shell variable cannot hold a NUL character.");
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function isScalar(value: unknown): value is Scalar {
  return value === null || typeof value !== "object";
}

function scalarText(name: string, value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string" || typeof value === "boolean") return String(value);
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  return refuse(name);
}

function refuse(name: string): never {
  throw new DesiredInvalid(
    `${name} holds what a shell variable cannot: nesting too deep, or no text or number.`,
  );
}

/** `kubeletArgs` as `want_kubelet_args`. */
function variable(prefix: string, key: string): string {
  const snake = key.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
  if (!/^[a-z][a-z0-9_]*$/.test(snake)) {
    throw new DesiredInvalid(`${key} is no name of a shell variable.`);
  }
  return `${prefix}_${snake}`;
}
