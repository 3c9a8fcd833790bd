/** `init` cannot go on; nothing was written. */
export class InitError extends Error {
  override readonly name = "InitError";
}
