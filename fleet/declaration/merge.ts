/** One layer of a site's declaration: fields as they are written. */
export type Layer = Readonly<Record<string, unknown>>;

/**
 * Lays declarations over each other, the later one wins. The rules are those of JSON Merge Patch (RFC 7386):
 * maps are merged key by key, at every depth; anything else, lists included, replaces what was there; `null`
 * removes it. The result holds no `null` outside of lists.
 */
export function mergeLayers(layers: readonly Layer[]): Layer {
  return layers.reduce<Layer>((below, layer) => mergeMaps(below, layer), {});
}

function mergeMaps(below: Layer, above: Layer): Layer {
  const merged = new Map(Object.entries(below));
  for (const [key, value] of Object.entries(above)) {
    if (value === null) merged.delete(key);
    else if (isMap(value)) {
      const before = merged.get(key);
      merged.set(key, mergeMaps(isMap(before) ? before : {}, value));
    } else merged.set(key, value);
  }
  // Not an object literal: a key such as `__proto__` is a key like any other.
  return Object.fromEntries(merged);
}

/** Whether a value is a map in the sense of YAML and JSON. */
export function isMap(value: unknown): value is Layer {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
