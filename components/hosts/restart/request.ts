import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { signingStateFolder } from "../../chain/signingState.ts";
import { HostError } from "../errors.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The machine on which everything runs has to be restarted: the run ends here and goes on afterwards. */
export class RestartPending extends HostError {
  constructor(reason: string) {
    super(
      "this machine",
      `This machine has to be restarted (${reason}); the run ends here and goes on afterwards.`,
    );
  }
}

interface Request {
  readonly reason: string;
  /** Boot in which it was asked for: after another one it is done. */
  readonly bootId: string;
}

const fileOf = (env: Environment): string => join(signingStateFolder(env), "restart.json");

async function currentBoot(): Promise<string> {
  return (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
}

/**
 * Notes that this machine has to be restarted and ends what is going on. The engine must save its state first, so
 * the restart itself is up to the command that runs it: see `takeRestartRequest`.
 *
 * @throws RestartPending always
 */
export async function requestRestart(reason: string, env: Environment = process.env): Promise<never> {
  const request: Request = { reason, bootId: await currentBoot() };
  await mkdir(dirname(fileOf(env)), { recursive: true, mode: 0o700 });
  await writeFile(fileOf(env), JSON.stringify(request), { mode: 0o600 });
  throw new RestartPending(reason);
}

/**
 * Takes the request: why this machine has to be restarted, or undefined when it does not. It is gone afterwards, and
 * one of an earlier boot is forgotten.
 */
export async function takeRestartRequest(env: Environment = process.env): Promise<string | undefined> {
  const text = await readFile(fileOf(env), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  await rm(fileOf(env), { force: true });
  const { reason, bootId } = JSON.parse(text) as Request;
  return bootId === (await currentBoot()) ? reason : undefined;
}
