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
