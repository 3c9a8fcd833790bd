import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { addressKind } from "../../../components/dns/address.ts";
import { findPublicAddress } from "../../../components/dns/publicAddress.ts";

describe("addressKind", () => {
  const known: Record<string, string> = {
    "203.0.113.10": "public",
    "8.8.8.8": "public",
    "2001:db8::1": "public",
    "10.0.0.1": "private",
    "172.15.255.255": "public",
    "172.16.0.0": "private",
    "172.31.255.255": "private",
    "172.32.0.0": "public",
    "192.168.1.1": "private",
    "fd00::1": "private",
    "100.63.255.255": "public",
    "100.64.0.0": "cgnat",
    "100.127.255.255": "cgnat",
    "100.128.0.0": "public",
    "127.0.0.1": "loopback",
    "::1": "loopback",
    "169.254.1.1": "link-local",
    "fe80::1": "link-local",
    "0.0.0.0": "reserved",
    "224.0.0.1": "reserved",
    "255.255.255.255": "reserved",
    "ff02::1": "reserved",
  };
  for (const [address, kind] of Object.entries(known)) {
    it(`${address} is ${kind}`, () => assert.equal(addressKind(address), kind));
  }

  it("knows every address, and nothing else", () => {
    fc.assert(fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => addressKind(address) !== undefined));
    assert.equal(addressKind("example.com"), undefined);
    assert.equal(addressKind(""), undefined);
  });
});

describe("findPublicAddress", () => {
  const sources = ["https://one.example", "https://two.example"];
  const answering = (answers: Record<string, () => Response>): typeof fetch => {
    return async (input) => {
      const answer = answers[String(input)];
      assert(answer);
      return answer();
    };
  };

  it("takes the first public answer", async () => {
    const fetch = answering({
      "https://one.example": () => new Response("100.64.1.1"),
      "https://two.example": () => new Response("203.0.113.10\n"),
    });
    assert.equal(await findPublicAddress({ sources, fetch }), "203.0.113.10");
  });

  it("says what each source answered when none helps", async () => {
    const fetch = answering({
      "https://one.example": () => new Response("busy", { status: 503 }),
      "https://two.example": () => {
        throw new Error("no route");
      },
    });
    await assert.rejects(findPublicAddress({ sources, fetch }), {
      name: "PublicAddressUnknown",
      message:
        "The public address could not be found out (https://one.example answered 503 without a public address; https://two.example: no route). Check the internet connection, or set `address` to it.",
    });
  });
});
