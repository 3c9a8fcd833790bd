import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { describe, it } from "mocha";
import { parse } from "yaml";
import type { NetworkFacts } from "../../../commands/init/reach.ts";
import { type InitOptions, init } from "../../../commands/init.ts";
import { options, testWorld } from "./world.ts";

/** What `init` declares of DNS where Cloudflare serves example.com, and what it says at the end. */
async function dnsOf(
  changes: Partial<InitOptions> = {},
  network?: NetworkFacts,
): Promise<{ dns: unknown; said: string }> {
  const world = await testWorld(
    {
      zoneOf: async () => ({ name: "example.com", servers: ["ada.ns.cloudflare.com"] }),
      ...(network === undefined ? {} : { network: async () => network }),
    },
    ({ message }) => (/domain/.test(message) ? "gpu.example.com" : undefined),
  );
  try {
    await init(options(changes), world);
    const file = parse(await readFile(join(world.folder, "Pulumi.garage.yaml"), "utf8"));
    const said = stripVTControlCharacters(world.printed.join("\n"));
    assert.deepEqual(
      said.split("\n").filter((line) => line.length > 80 && !line.startsWith("Written: ")),
      [],
    );
    return { dns: file.config["akash:site"].dns, said: said.replaceAll(/\s+/g, " ") };
  } finally {
    await world.close();
  }
}

describe("init, where Cloudflare serves the domain", () => {
  const fixed = { provider: "cloudflare", zone: "example.com" };

  it("offers it with the zone, and has the records follow an address that a router holds", async () => {
    const { dns, said } = await dnsOf();
    assert.deepEqual(dns, { ...fixed, dynamic: true });
    assert.match(
      said,
      /may edit example\.com into the variable CLOUDFLARE_API_TOKEN\. The cluster keeps it too/,
    );
    assert.match(said, /for certificates and for an address that changes: allow it DNS\.Edit and Zone\.Read/);
  });

  it("leaves them where the machine has the address itself, or it was given", async () => {
    const address = "203.0.113.10";
    const onMachine = await dnsOf(
      {},
      { localAddresses: [address], lanAddress: address, publicAddress: address },
    );
    assert.deepEqual(onMachine.dns, fixed);
    assert.match(onMachine.said, /The cluster keeps it too, for certificates: allow/);
    assert.deepEqual((await dnsOf({ address: "198.51.100.7" })).dns, fixed);
  });
});
