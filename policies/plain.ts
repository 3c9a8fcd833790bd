import { UnknownValueError } from "@pulumi/policy";

/**
 * Properties as the SDK hands them over, as plain values. What a preview does not know yet is left out: the SDK's
 * objects throw when it is read, and a rule that stopped there would not see the rest.
 */
export function plain(props: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return convert(props) as Readonly<Record<string, unknown>>;
}

function convert(value: unknown): unknown {
  if (Array.isArray(value)) return Array.from({ length: value.length }, (_, index) => read(value, index));
  if (typeof value !== "object" || value === null) return value;
  const known = Object.keys(value).map((key) => [key, read(value, key)] as const);
  return Object.fromEntries(known.filter(([, inner]) => inner !== undefined));
}

function read(container: object, key: PropertyKey): unknown {
  try {
    return convert(Reflect.get(container, key));
  } catch (error) {
    if (error instanceof UnknownValueError) return undefined;
    throw error;
  }
}
