import { z } from "zod";
import { onHost } from "../hosts/connect.ts";
import { hostScript } from "../hosts/script.ts";
import type { HostAddress } from "../hosts/types.ts";
import { DATA_DIR } from "./binary.ts";

const script = hostScript("k3s/scripts/restart.sh", {
  step: "search of K3s for the NVIDIA runtime",
  facts: z.object({ restarted: z.boolean(), known: z.boolean() }),
});

export interface RuntimeKnown {
  /** Whether K3s had to be restarted for it. Pods go on. */
  readonly restarted: boolean;
  /** Whether K3s knows the runtime now. */
  readonly known: boolean;
}

/**
 * Makes sure that K3s on a machine knows the NVIDIA runtime: it looks for runtimes at start only, so one that was
 * installed later is found after a restart. Does nothing where K3s is not running yet.
 */
export function ensureRuntimeKnown(address: HostAddress, dataDir: string = DATA_DIR): Promise<RuntimeKnown> {
  return onHost(address, (host) => host.script(script, { dataDir }, { timeoutSeconds: 300 }));
}
