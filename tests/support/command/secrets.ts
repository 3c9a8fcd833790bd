/** A value as the engine sends it: secrets lie in an envelope that these two constants mark. */
export type Wrapped = Readonly<Record<string, unknown>>;

const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

export function secret(value: string): Wrapped {
  return { [signatureKey]: secretSignature, value };
}

/** The value with every envelope opened. */
export function unwrapped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrapped);
  if (value === null || typeof value !== "object") return value;
  const object = value as Wrapped;
  if (object[signatureKey] === secretSignature) return unwrapped(object["value"]);
  return Object.fromEntries(Object.entries(object).map(([name, entry]) => [name, unwrapped(entry)]));
}

export function hasSecret(value: unknown): boolean {
  return JSON.stringify(value).includes(secretSignature);
}
