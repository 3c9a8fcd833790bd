/**
 * What the engine hands an implementation in a preview in the place of a value that is not known yet
 * (`unknownValue` of `@pulumi/pulumi/runtime/rpc.ts`, which is not loaded for it here: that takes a third of a second).
 */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether anything in a value is not known yet. */
export function hasUnknown(value: unknown): boolean {
  return JSON.stringify(value).includes(UNKNOWN);
}
