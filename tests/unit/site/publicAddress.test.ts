import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { AddressLookups } from "../../../components/dns/address.ts";
import { publicAddress, SiteNotBuildable } from "../../../components/site/publicAddress.ts";

const lookups = (seen: string | undefined, wan: string | undefined): AddressLookups => ({
  publicAddress: async () => seen,
  localAddresses: () => ["192.168.1.20"],
  wanAddress: async () => wan,
});

describe("a site's public address", () => {
  it("is what is declared, and with auto what the internet sees", async () => {
    assert.deepEqual(await publicAddress("cname:home.example.net", lookups(undefined, undefined)), {
      address: "cname:home.example.net",
    });
    assert.deepEqual(await publicAddress("auto", lookups("203.0.113.10", "203.0.113.10")), {
      address: "203.0.113.10",
    });
  });

  it("comes with a warning where there is a second router", async () => {
    const { address, warning } = await publicAddress("auto", lookups("203.0.113.10", "192.168.0.2"));
    assert.equal(address, "203.0.113.10");
    assert.match(warning ?? "", /another router stands before it\. Set the outer one to bridge mode/);
  });

  it("is refused where nothing can reach it, or nobody knows it", async () => {
    await assert.rejects(publicAddress("auto", lookups("203.0.113.10", "100.70.1.2")), (error) => {
      assert.ok(error instanceof SiteNotBuildable);
      assert.match(error.message, /CGNAT.*tunnel to a rented server/);
      return true;
    });
    await assert.rejects(publicAddress("auto", lookups(undefined, undefined)), /Declare it/);
  });
});
