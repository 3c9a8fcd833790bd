import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { resolveAddress } from "../../../components/dns/address.ts";
import { publicAddress } from "../../../doctor/checks/network.ts";
import type { Observed } from "../../../doctor/observe/observed.ts";

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
