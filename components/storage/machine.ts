import { z } from "zod";
import { onHost } from "../hosts/connect.ts";
import { hostScript } from "../hosts/script.ts";
import type { HostAddress } from "../hosts/types.ts";
import { type DiskFacts, parseDisk } from "./disks.ts";

const readDisks = hostScript("storage/scripts/disks.sh", {
  step: "look at its disks",
  facts: z.object({ disks: z.array(z.string()) }),
  readOnly: true,
});

/** Reads what listed disks of a machine are and hold. */
export async function diskFacts(address: HostAddress, devices: readonly string[]): Promise<DiskFacts[]> {
  const { disks } = await onHost(address, (host) => host.script(readDisks, { devices }));
  return disks.map(parseDisk);
}
