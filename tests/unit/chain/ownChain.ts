import { randomUUID } from "node:crypto";
import { type ScriptedChain, startScriptedChain } from "../../support/scriptedChain/index.ts";

/**
 * A scripted chain with an id that no other has, on which these addresses hold as much; it makes blocks when it is
 * told. What a test of another process signs for its own chain is worth nothing here, whatever port it reaches.
 */
export function startOwnChain(uakt: number, ...addresses: readonly string[]): Promise<ScriptedChain> {
  const accounts = Object.fromEntries(addresses.map((address) => [address, { uakt }]));
  return startScriptedChain({ chainId: `own-${randomUUID()}`, accounts, blockIntervalMs: 0 });
}
