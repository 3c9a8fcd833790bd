import { flushCompileCache } from "node:module";
import type { Implementation } from "./index.ts";

type Method = (...args: readonly unknown[]) => Promise<unknown>;

/**
 * The implementation with errors that read as sentences. The SDK prints `${error}: ${error.stack}` of what
 * check, diff, read and delete throw, beside the message that the engine shows; of an error of ours the stack
 * helps nobody. One that is not ours keeps it, and whatever else an error carries stays on it (`id`,
 * `properties` and `reasons` of a create that half happened).
 */
export function guard(implementation: Implementation): Implementation {
  keepCompiled();
  const methods = Object.entries(implementation) as [string, Method][];
  return Object.fromEntries(
    methods.map(([name, method]) => [
      name,
      async (...args: readonly unknown[]) => {
        try {
          return await method.apply(implementation, [...args]);
        } catch (error) {
          throw isOurs(error) ? asSentence(error) : error;
        }
      },
    ]),
  ) as unknown as Implementation;
}

/** Errors of this project have classes of their own; those of the language and of Node are global ones. */
function isOurs(error: unknown): error is Error {
  return error instanceof Error && !(error.constructor.name in globalThis);
}

/** Printed as above it is its name and its message. Resources may share an error, which then comes here again. */
function asSentence(error: Error): Error {
  const { name, message } = error;
  Object.defineProperty(error, "toString", { value: () => name, configurable: true });
  Object.defineProperty(error, "stack", { value: message, configurable: true });
  return error;
}

/** The engine ends this process by a signal, which would lose the code that Node compiled for its next start. */
function keepCompiled(): void {
  setImmediate(() => flushCompileCache?.());
}
