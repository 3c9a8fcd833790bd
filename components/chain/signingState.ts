import { rm, rmdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Folder of the signing queue's lock and journal: `PULUMI_AKASH_STATE`, else `pulumi-akash` below
 * `XDG_STATE_HOME` (default `~/.local/state`). It holds signed transactions, never keys.
 */
export function signingStateFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const base = env["XDG_STATE_HOME"] || join(homedir(), ".local", "state");
  return env["PULUMI_AKASH_STATE"] || join(base, "pulumi-akash");
}

/** File name of one wallet on one chain, without its ending. */
export function walletFile(folder: string, chainId: string, address: string): string {
  return join(folder, `${chainId.replace(/[^\w.-]/g, "_")}.${address}`);
}

/** Endings of a wallet's journal, with what a run that was killed left half-written, and of its lock. */
const ENDINGS = [".json", ".json.new", ".owner", ".lock", ".takeover"];

/**
 * Removes journal and lock of a wallet whose chain is no more, so that nothing can be on its way: what a run that was
 * killed has left would stay for good.
 *
 * @param folder default: that of this machine
 */
export async function forgetWallet(
  chainId: string,
  address: string,
  folder: string = signingStateFolder(),
): Promise<void> {
  const file = walletFile(folder, chainId, address);
  await Promise.all(ENDINGS.map((ending) => rm(`${file}${ending}`, { recursive: true, force: true })));
  // Anything else keeps the folder.
  await rmdir(folder).catch(() => undefined);
}
