import { quote } from "./shell.ts";

/** Exit code of the launcher when `sudo` does not let the user act as root. */
export const SUDO_REFUSED = 113;

/** Exit code of the launcher when another script was at work on the machine for too long. */
export const BUSY = 114;

const LOCK = "/run/pulumi-akash.lock";

export interface Launch {
  /** Whether the user is root already. */
  readonly root: boolean;
  /** Seconds to wait for another script that is at work on the machine; undefined: wait for nobody. */
  readonly lockSeconds?: number;
}

/**
 * The command that runs the bash script on its standard input as root, for any login shell. Where `sudo` is
 * needed, a line with the password, or an empty one, goes in front of the script.
 *
 * The lock is held by `flock` itself and closed to what it runs: a service that a script starts cannot keep it.
 * The password is checked with nothing else on standard input, so that a wrong one is tried once and the script
 * is never taken for another try.
 */
export function launchCommand({ root, lockSeconds }: Launch): string {
  const run = lockSeconds === undefined ? "exec bash -s" : locked(lockSeconds);
  return `sh -c ${quote(root ? run : asRoot(run))}`;
}

function locked(seconds: number): string {
  return [
    `flock -n -o ${LOCK} true || echo "waiting for another run that is at work on this machine" >&2`,
    `exec flock -o -w ${seconds} -E ${BUSY} ${LOCK} bash -s`,
  ].join("; ");
}

function asRoot(run: string): string {
  const command = `sh -c ${quote(run)}`;
  return [
    "IFS= read -r password",
    `if ! command -v sudo >/dev/null; then echo "sudo is not installed" >&2; exit ${SUDO_REFUSED}; fi`,
    `if sudo -n -k true 2>/dev/null; then exec sudo -n ${command}; fi`,
    `if [ -z "$password" ]; then echo "sudo asks for a password and none is known" >&2; exit ${SUDO_REFUSED}; fi`,
    `printf "%s\\n" "$password" | sudo -k -S -p "" true || exit ${SUDO_REFUSED}`,
    `{ printf "%s\\n" "$password"; exec cat; } | sudo -k -S -p "" ${command}`,
  ].join("; ");
}
