import { z } from "zod";
import { onHost } from "../../components/hosts/connect.ts";
import { readFacts } from "../../components/hosts/facts/facts.ts";
import { hostScript } from "../../components/hosts/script.ts";
import type { HostAddress } from "../../components/hosts/types.ts";
import { isProviderCommand, signingKey } from "../../components/site/takeover/roles.ts";
import type { HostReader } from "./hosts.ts";

const leftovers = hostScript("site/scripts/leftovers.sh", {
  step: "search for what a set-up by hand has left",
  facts: z.object({
    keyFiles: z.array(z.string()),
    units: z.array(z.string()),
    /** Each as its id and its words. */
    processes: z.array(z.string()),
  }),
  readOnly: true,
});

/** A declared machine, read over SSH. Variables of its processes are left alone: they may hold secrets. */
export function machine(address: HostAddress): HostReader {
  return {
    name: address.host,
    read: () =>
      onHost(address, async (host) => {
        const [{ clock, space }, { processes, ...found }] = await Promise.all([
          readFacts(host),
          host.script(leftovers, {}, { timeoutSeconds: 30 }),
        ]);
        const { synchronized, aheadSeconds } = clock;
        return {
          ...found,
          processes: processes.flatMap((text) => {
            const [pid = "", ...words] = text.split(" ");
            return isProviderCommand(words) ? [{ pid: Number(pid), from: signingKey(words, {}) }] : [];
          }),
          clock: { synchronized, aheadSeconds },
          space,
        };
      }),
  };
}
