/** Why a toolchain step failed; scripts may switch on it. */
export type ToolchainErrorCode =
  | "unsupported-platform"
  | "invalid-pins"
  | "unknown-tool"
  | "checksum"
  | "download"
  | "build"
  | "disk-full"
  | "cache-unwritable"
  | "unavailable"
  | "lock";

/** A failed toolchain step: what happened, where, and what to do next, in one sentence each. */
export class ToolchainError extends Error {
  readonly code: ToolchainErrorCode;
  /** What the person at the keyboard can do about it. */
  readonly remedy: string;

  constructor(code: ToolchainErrorCode, what: string, remedy: string, cause?: unknown) {
    super(`${sentence(what)} ${sentence(remedy)}`, cause === undefined ? undefined : { cause });
    this.name = "ToolchainError";
    this.code = code;
    this.remedy = remedy;
  }
}

/**
 * Names a full or unwritable disk for what it is; every other error comes back as it was.
 * Programs we start report a full disk only in their output, so text is looked at too.
 */
export function explainDiskError(error: unknown, cacheRoot: string): unknown {
  if (error instanceof ToolchainError && (error.code === "disk-full" || error.code === "cache-unwritable")) {
    return error;
  }
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const text = error instanceof Error ? error.message : String(error);
  if (code === "ENOSPC" || code === "EDQUOT" || /no space left on device|disk quota exceeded/i.test(text)) {
    return new ToolchainError(
      "disk-full",
      `The disk that holds the cache folder ${cacheRoot} is full; nothing was half-installed`,
      "Free some space (building everything needs about 15 GB, downloads about 1 GB), or set PULUMI_AKASH_CACHE to a folder on another disk, and run the command again",
      error,
    );
  }
  if (code === "EACCES" || code === "EROFS" || code === "EPERM") {
    return new ToolchainError(
      "cache-unwritable",
      `The cache folder ${cacheRoot} cannot be written: ${text}`,
      "Make it writable for this user, or set PULUMI_AKASH_CACHE to a folder that is",
      error,
    );
  }
  return error;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
