/** Reading values of which nothing is known: what is not of the wanted kind is empty, and never an error. */

export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

export const texts = (value: unknown): string[] => list(value).flatMap((item) => text(item) ?? []);

export const entries = (value: unknown): [string, unknown][] => Object.entries(record(value));
