import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { nameServerMissing, startNameServer } from "../support/nameServer.ts";

/** The embedded site with DNS records that are really made and read back. */
export interface DnsOfSite {
  /** For the commands. */
  readonly env: NodeJS.ProcessEnv;
  /** In words, for the figures. */
  readonly readBack: string;
  stop(): Promise<void>;
}

const SECRET = "BENCH_TSIG_SECRET";

/**
 * Declares the embedded site of a checkout with a zone of a name server of its own, which takes signed updates; the
 * site as it is leaves its records to a person and its domain cannot be looked up. Where no name server can be had it
 * stays as it is, and the figures say so.
 */
export async function declareDns(folder: string): Promise<DnsOfSite> {
  const missing = nameServerMissing();
  if (missing !== undefined) return { env: {}, readBack: `no: ${missing}`, stop: async () => {} };
  const server = await startNameServer();
  const file = join(folder, "Pulumi.dev.yaml");
  const stack = parseDocument(await readFile(file, "utf8"));
  const site = ["config", "akash:site"];
  stack.setIn([...site, "domain"], server.zone);
  stack.setIn([...site, "dns"], {
    provider: "rfc2136",
    server: server.server,
    port: server.port,
    keyName: server.keyName,
    secretEnv: SECRET,
  });
  await writeFile(file, stack.toString());
  return { env: { [SECRET]: server.secret }, readBack: "yes: BIND, RFC 2136", stop: server.stop };
}
