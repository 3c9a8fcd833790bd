import { z } from "zod";
import { onHost } from "../hosts/connect.ts";
import { hostScript } from "../hosts/script.ts";
import type { HostAddress } from "../hosts/types.ts";
import type { NodeInputs } from "./nodeInputs.ts";

/** What lets nodes into the cluster. Held in memory only: never an input, an output or an argument. */
export interface JoinTokens {
  /** For servers. */
  readonly server: string;
  /** For agents; with it alone nobody becomes an administrator. */
  readonly agent: string;
  /** Secret of the agents' token, the same on all servers; empty where they share the servers'. */
  readonly agentSecret: string;
}

const script = hostScript("k3s/scripts/tokens.sh", {
  step: "look at the tokens",
  readOnly: true,
  facts: z.object({ server: z.string().min(1), agent: z.string().min(1), agentSecret: z.string() }),
});

/** Reads them from a server that runs. */
export function readTokens(server: HostAddress, dataDir: string): Promise<JoinTokens> {
  return onHost(server, (host) => host.script(script, { dataDir }, { timeoutSeconds: 120 }));
}

const rotation = hostScript("k3s/scripts/rotate.sh", { step: "replacement of the tokens" });

/** Replaces the tokens, on the first server. The other nodes take the new ones when they are next changed. */
export async function rotateTokens(
  { address, tokenGeneration }: Pick<NodeInputs, "address" | "tokenGeneration">,
  progress: (line: string) => void = () => {},
): Promise<void> {
  await onHost(address, (host) =>
    host.script(rotation, { tokenGeneration }, { progress, timeoutSeconds: 300 }),
  );
}
