import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { resolveAddress } from "../../../components/dns/address.ts";
import { parseSiteConfig, type SiteDeclaration } from "../../../components/site/config.ts";
import { dnsIngress, dnsProvider, publicAddress } from "../../../doctor/checks/network.ts";
import type { ClusterView } from "../../../doctor/observe/cluster.ts";
import type { Observed } from "../../../doctor/observe/observed.ts";
import { observeReach } from "../../../doctor/observe/reach.ts";
import { startTestNames, type TestNames } from "../../support/doctor/names.ts";

/** What the check finds on a line with these addresses. */
function found(router: string | undefined, internet: string | undefined) {
  const lookups = {
    publicAddress: async () => internet,
    localAddresses: () => ["192.168.1.5"],
    wanAddress: async () => router,
  };
  return publicAddress.run({ reach: { address: () => resolveAddress("auto", lookups) } } as Observed);
}

const SEEN = "203.0.113.7";

describe("the check of the public address", () => {
  it("passes where the router has it", async () => {
    assert.deepEqual(await found(SEEN, SEEN), { result: "ok", evidence: SEEN });
  });

  it("passes behind two routers, which may both forward, and names the second", async () => {
    const finding = await found("192.168.0.2", SEEN);
    assert.ok(finding.result === "ok");
    assert.match(
      finding.evidence,
      /^203\.0\.113\.7\. The router's own address is 192\.168\.0\.2, so another router stands before it\. .*forward the ports on both\.$/,
    );
  });

  it("fails behind the carrier's NAT, and where nobody can say", async () => {
    const shared = await found("100.64.3.2", SEEN);
    assert.ok(shared.result === "failed");
    assert.match(shared.evidence, /100\.64\.3\.2 but the internet sees 203\.0\.113\.7.*CGNAT/);
    assert.match(shared.remedy, /Ask the provider of the line/);
    const unknown = await found(undefined, undefined);
    assert.ok(unknown.result === "failed");
    assert.match(unknown.evidence, /could not be found out/);
  });
});

/** The fleet's operator looks at a site from an office; the site's line has another address. */
describe("the checks of a site whose address is found out, run elsewhere", () => {
  const OFFICE = "198.51.100.4";
  let names: TestNames;

  before(async () => {
    names = await startTestNames();
  });
  after(() => names.stop());

  /** @param node address of the site's node, in its network */
  function siteOf(node: string, place: Partial<SiteDeclaration>, near = false): Observed {
    const site = parseSiteConfig({
      ...{ name: "garage", domain: "example.com", network: "mainnet", wallet: { prompt: true } },
      ...{
        contact: { email: "ops@example.com", website: "https://example.com" },
        dns: { provider: "manual" },
      },
      ...{ pricing: { cpu: 1, memory: 1 }, attributes: { "location-region": "eu-central" } },
      ...place,
    } as SiteDeclaration);
    const nodes = async () => [{ status: { addresses: [{ type: "InternalIP", address: node }] } }];
    const lookups = {
      publicAddress: async () => OFFICE,
      localAddresses: () => ["10.0.0.5"],
      wanAddress: async () => OFFICE,
      nearNodes: async (asked: readonly string[]) => near && asked.includes(node),
    };
    const view = { nodes } as unknown as ClusterView;
    const options = { resolver: names.address, lookups };
    return { site, reach: observeReach(site, view, options, 2000) } as Observed;
  }

  const places: readonly [string, Partial<SiteDeclaration>][] = [
    ["a cluster", { cluster: { kubeconfig: "/kubeconfig" } }],
    ["machines", { nodes: [{ host: "192.168.7.10" }] }],
  ];
  for (const [what, place] of places) {
    it(`take for it where its name leads, on ${what}`, async () => {
      names.records.clear();
      names.records.set("provider.example.com", SEEN).set("*.ingress.example.com", SEEN);
      const site = siteOf("192.168.7.10", place);
      const found = await publicAddress.run(site);
      assert.ok(found.result === "ok");
      assert.match(
        found.evidence,
        /^203\.0\.113\.7\. `address: auto` stays .*\(198\.51\.100\.4\) is not taken/,
      );
      assert.equal((await dnsProvider.run(site)).result, "ok");
      assert.equal((await dnsIngress.run(site)).result, "ok");
      names.records.set("*.ingress.example.com", OFFICE);
      const ingress = await dnsIngress.run(siteOf("192.168.7.10", place));
      assert.ok(ingress.result === "failed");
      assert.match(ingress.evidence, /leads to 198\.51\.100\.4; declared is 203\.0\.113\.7/);
    });
  }

  it("ask for the address where the name leads nowhere", async () => {
    names.records.clear();
    const found = await publicAddress.run(siteOf("192.168.7.10", { cluster: { kubeconfig: "/kubeconfig" } }));
    assert.ok(found.result === "failed");
    assert.match(found.evidence, /cannot be found out from here: this machine shares no network with a node/);
    assert.match(found.remedy, /Write the site's: `address: 203\.0\.113\.10`/);
  });

  it("look at this line in the site's own network, and at a machine that has a public address nowhere else", async () => {
    names.records.clear();
    names.records.set("provider.example.com", SEEN);
    const here = siteOf("192.168.1.10", { cluster: { kubeconfig: "/kubeconfig" } }, true);
    assert.deepEqual(await publicAddress.run(here), { result: "ok", evidence: OFFICE });
    const there = siteOf("203.0.113.50", { nodes: [{ host: "203.0.113.50" }] });
    assert.deepEqual(await publicAddress.run(there), { result: "ok", evidence: "203.0.113.50" });
  });
});
