import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Attribute, NetworkConfig } from "../../components/chain/types.ts";
import type { WalletSource } from "../../components/wallet/types.ts";

/** A provider's attributes as an auditor signs them. */
export interface Audit {
  readonly owner: string;
  readonly attributes: readonly Attribute[];
}

/**
 * Signs attributes as auditors of a real chain do, with its own program: nothing of ours has a say in what is written.
 *
 * @param akash path of the program
 * @param folder where the auditor's keyring is made
 */
export function signAudit(
  akash: string,
  folder: string,
  { chainId, rpc, gasPrice }: NetworkConfig,
  auditor: WalletSource,
  { owner, attributes }: Audit,
): void {
  if (!("mnemonicFile" in auditor)) throw new Error("the auditor's words are in no file");
  const home = mkdtempSync(join(folder, "auditor-"));
  const run = (args: readonly string[], input = "") => {
    const all = [...args, "--home", home, "--keyring-backend", "test"];
    return succeeded(spawnSync(akash, all, { input, encoding: "utf8" }));
  };
  run(["keys", "add", "auditor", "--recover"], `${readFileSync(auditor.mnemonicFile, "utf8")}\n`);
  const signed = attributes.flatMap(({ key, value }) => [key, value]);
  const node = (rpc[0] ?? "").replace(/^http/, "tcp");
  const sending = ["--node", node, "--chain-id", chainId, "--gas-prices", gasPrice];
  const how = ["--from", "auditor", "--broadcast-mode", "block", "--output", "json", "--yes"];
  const answer = run(["tx", "audit", "attr", "create", owner, ...signed, ...sending, ...how]);
  const { code, raw_log: log } = JSON.parse(answer) as { code: number; raw_log: string };
  if (code !== 0) throw new Error(`the chain refused the audit: ${log}`);
}

function succeeded({ status, stdout, stderr }: SpawnSyncReturns<string>): string {
  if (status !== 0) throw new Error(`the chain's program ended with ${status}: ${stdout}${stderr}`);
  return stdout;
}
