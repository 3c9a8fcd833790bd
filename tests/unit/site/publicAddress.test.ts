import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { sharesNetwork } from "../../../components/dns/lookups.ts";
import { publicAddress, type SiteLookups, SiteNotBuildable } from "../../../components/site/publicAddress.ts";

const lookups = (
  seen: string | undefined,
  wan: string | undefined,
  parts: Partial<SiteLookups> = {},
): SiteLookups => ({
  publicAddress: async () => seen,
  localAddresses: () => ["192.168.1.20"],
  wanAddress: async () => wan,
  nearNodes: async (nodes) => nodes.includes("192.168.1.10"),
  resolve: async () => assert.fail("looked up"),
  ...parts,
});

const ask = (declared: string, given: SiteLookups, nodes = ["192.168.1.10"]) =>
  publicAddress({ declared, domain: "example.com", nodes }, given);

describe("a site's public address", () => {
  it("is what is declared, and with auto what the internet sees", async () => {
    const away = lookups(undefined, undefined, { nearNodes: async () => assert.fail("looked up") });
    assert.deepEqual(await ask("cname:home.example.net", away), { address: "cname:home.example.net" });
    assert.deepEqual(await ask("auto", lookups("203.0.113.10", "203.0.113.10")), {
      address: "203.0.113.10",
    });
  });

  it("comes with a warning where there is a second router", async () => {
    const { address, warning } = await ask("auto", lookups("203.0.113.10", "192.168.0.2"));
    assert.equal(address, "203.0.113.10");
    assert.match(warning ?? "", /another router stands before it\. Set the outer one to bridge mode/);
  });

  it("is refused where nothing can reach it, or nobody knows it", async () => {
    await assert.rejects(ask("auto", lookups("203.0.113.10", "100.70.1.2")), (error) => {
      assert.ok(error instanceof SiteNotBuildable);
      assert.match(error.message, /CGNAT.*tunnel to a rented server/);
      return true;
    });
    await assert.rejects(ask("auto", lookups(undefined, undefined)), /Declare it/);
  });
});

/** The cluster is reached through a VPN, from a line of somebody else's. */
describe("auto on a machine that is not at the site", () => {
  const away = (seen: string | undefined, ...leads: string[]) => {
    const resolve = async (name: string) => (name === "provider.example.com" ? leads : []);
    return ask("auto", lookups(seen, "198.51.100.4", { resolve }), ["192.168.7.10"]);
  };

  it("stays where the site's name leads, and says so where this machine is seen elsewhere", async () => {
    const { address, warning } = await away("198.51.100.4", "203.0.113.10");
    assert.equal(address, "203.0.113.10");
    assert.match(warning ?? "", /stays 203\.0\.113\.10.*\(198\.51\.100\.4\) is not taken.*or write it/);
    assert.equal((await away(undefined, "203.0.113.10")).address, "203.0.113.10");
    assert.deepEqual(await away("203.0.113.10", "203.0.113.10"), { address: "203.0.113.10" });
  });

  it("takes no private address for the site's, which a name server of the house may tell", async () => {
    assert.equal((await away(undefined, "192.168.1.10", "203.0.113.10")).address, "203.0.113.10");
  });

  it("asks for the address where the name leads nowhere, or to two", async () => {
    for (const leads of [[], ["192.168.1.10"], ["100.70.1.2"], ["203.0.113.10", "203.0.113.11"]]) {
      await assert.rejects(away("198.51.100.4", ...leads), (error) => {
        assert.ok(error instanceof SiteNotBuildable);
        assert.match(error.message, /shares no network with a node.*Write the site's: `address: /);
        return true;
      });
    }
  });
});

describe("networks that a machine stands in", () => {
  const entry = (address: string, bits: number | undefined, mac = "52:54:00:00:00:01", internal = false) => ({
    ...{ address, mac, internal, netmask: "" },
    ...(address.includes(":") ? { family: "IPv6" as const, scopeid: 0 } : { family: "IPv4" as const }),
    cidr: bits === undefined ? null : `${address}/${bits}`,
  });
  const tunnel = "00:00:00:00:00:00";
  const interfaces = {
    lo: [entry("127.0.0.1", 8, tunnel, true)],
    eth0: [entry("192.168.1.20", 24), entry("2001:db8:1::20", 64), entry("fe80::20", 64)],
    eth1: [entry("198.51.100.4", undefined)],
    wg0: [entry("10.8.0.2", 24, tunnel)],
  };

  const cases: readonly [string, readonly string[], boolean][] = [
    ["a neighbour", ["192.168.1.10"], true],
    ["a neighbour by IPv6", ["2001:db8:1::10"], true],
    ["itself", ["192.168.1.20"], true],
    ["itself, at the address of a tunnel", ["10.8.0.2"], true],
    ["itself, without a network", ["198.51.100.4"], true],
    ["one of several", ["192.168.7.10", "192.168.1.10"], true],
    ["behind a router", ["192.168.7.10"], false],
    ["through a tunnel", ["10.8.0.1"], false],
    ["beside an address without a network", ["198.51.100.5"], false],
    ["the loopback", ["127.0.0.2"], false],
    ["link-local", ["fe80::10"], false],
    ["no address", ["node-1"], false],
    ["nobody", [], false],
  ];
  for (const [name, addresses, expected] of cases) {
    it(`${expected ? "hold" : "do not hold"} ${name}`, () => {
      assert.equal(sharesNetwork(addresses, interfaces), expected);
    });
  }
});
