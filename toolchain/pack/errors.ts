/** The library cannot be packed as it stands. */
export class PackError extends Error {
  override readonly name = "PackError";
}
