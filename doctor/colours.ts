import pc from "picocolors";

/**
 * Whether a stream is written to with colours. A file or a pipe is not, wherever that is: continuous integration keeps
 * what it shows, and programs read it.
 *
 * @param env NO_COLOR asks for none, FORCE_COLOR for some, also where the stream is no terminal; `0` for none
 */
export function takesColours(
  stream: { readonly isTTY?: boolean },
  env: NodeJS.ProcessEnv = process.env,
): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = env;
  if (NO_COLOR) return false;
  if (FORCE_COLOR) return !/^(0|false)$/.test(FORCE_COLOR);
  return stream.isTTY === true && TERM !== "dumb";
}

/** For what is written to standard output. */
export const out = pc.createColors(takesColours(process.stdout));

/** For what is written to standard error. */
export const err = pc.createColors(takesColours(process.stderr));
