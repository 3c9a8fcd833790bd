import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { disconnect, onHost } from "./connect.ts";
import { HostAuthRefused, HostDisconnected, HostError, HostTimedOut, HostUnreachable } from "./errors.ts";
import { requestRestart } from "./restart/request.ts";
import { hostScript } from "./script.ts";
import { nameOf } from "./ssh.ts";
import type { HostAddress } from "./types.ts";

const bootScript = hostScript("hosts/scripts/boot-id.sh", {
  step: "reading of its boot",
  facts: z.object({ bootId: z.string(), state: z.string() }),
  readOnly: true,
});
const rebootScript = hostScript("hosts/scripts/reboot.sh", { step: "restart" });

/** Servers with much memory take minutes to count it. */
const DEFAULT_SECONDS = 900;
const READ_SECONDS = 20;
const PAUSE_MS = 1_000;

export interface RebootOptions {
  /** Why it has to be, for texts. */
  readonly reason?: string;
  /** Names the leases that run on it; undefined where nobody can say. Default: nobody is asked. */
  readonly leasesOn?: () => Promise<readonly string[] | undefined>;
  /** Restart it although leases run on it. Default: false. */
  readonly allowWithLeases?: boolean;
  /** What to do about leases, in sentences. Default: drain it, or allow the restart. */
  readonly remedy?: string;
  /** Longest time until it answers again, in seconds; default 900. */
  readonly timeoutSeconds?: number;
}

/** Leases would be interrupted, or may be, and nobody has agreed to that. */
export class RebootRefused extends HostError {
  constructor(host: string, reason: string, leases: readonly string[] | undefined, remedy: string) {
    super(host, `${host} has to be restarted (${reason}), but ${whatRuns(leases)}. ${remedy}`);
  }
}

function whatRuns(leases: readonly string[] | undefined): string {
  if (leases === undefined) return "its cluster does not answer, so nobody knows whether leases run on it";
  const [only, ...more] = leases;
  if (more.length === 0) return `a lease runs on it: ${only}`;
  const rest = leases.length > 5 ? ` and ${leases.length - 5} more` : "";
  return `${leases.length} leases run on it: ${leases.slice(0, 5).join(", ")}${rest}`;
}

/**
 * Restarts a machine and waits until it has come up again. `local` is this very machine: then the restart is left
 * to the command that is running, which resumes afterwards.
 *
 * @throws RebootRefused while leases run there, or may
 * @throws RestartPending for `local`
 * @throws HostTimedOut when it does not come back
 */
export async function rebootHost(address: HostAddress, options: RebootOptions = {}): Promise<void> {
  const { reason = "its settings need it", leasesOn, allowWithLeases = false } = options;
  const { timeoutSeconds = DEFAULT_SECONDS, remedy = "Drain it first, or allow the restart." } = options;
  const name = address.host === "local" ? "this machine" : nameOf(address);
  const leases = allowWithLeases || leasesOn === undefined ? [] : await leasesOn();
  if (leases === undefined || leases.length > 0) throw new RebootRefused(name, reason, leases, remedy);
  if (address.host === "local") return requestRestart(reason);
  const { bootId } = await readBoot(address);
  await onHost(address, (host) => host.script(rebootScript));
  disconnect(address);
  await waitForBoot(address, bootId, timeoutSeconds);
}

function readBoot(address: HostAddress) {
  return onHost(address, (host) => host.script(bootScript, {}, { timeoutSeconds: READ_SECONDS }));
}

/** Waits until the machine answers from another boot and its services have started. */
async function waitForBoot(address: HostAddress, before: string, seconds: number): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (Date.now() < deadline) {
    await sleep(PAUSE_MS);
    try {
      const { bootId, state } = await readBoot(address);
      // A failed service (`degraded`) is no reason to wait for ever.
      if (bootId !== before && !/^(initializing|starting|stopping)$/.test(state)) return;
    } catch (error) {
      disconnect(address);
      if (!isAway(error)) throw error;
    }
  }
  throw new HostTimedOut(nameOf(address), "restart", seconds);
}

/** How a machine shows that goes down or comes up. Until it is up, PAM lets nobody in. */
function isAway(error: unknown): boolean {
  return (
    error instanceof HostUnreachable ||
    error instanceof HostDisconnected ||
    error instanceof HostTimedOut ||
    error instanceof HostAuthRefused
  );
}
