import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { parseSiteConfig } from "../../../components/site/config.ts";
import { ingressArgs } from "../../../components/site/ingressArgs.ts";
import { declaration } from "./declarations.ts";

const argsOf = (changes: Record<string, unknown>) => ingressArgs(parseSiteConfig(declaration(changes)));

describe("what a site asks of its ingress", () => {
  it("is its domain with a certificate of its own, charts from their repositories", () => {
    assert.deepEqual(argsOf({}), {
      domain: "example.com",
      controller: "chart",
      retain: true,
      tls: { issuer: "self-signed", email: "ops@example.com" },
    });
  });

  it("is no certificate where the controller is not ours", () => {
    assert.deepEqual(argsOf({ ingress: { controller: "none" } }), {
      domain: "example.com",
      controller: "none",
      retain: true,
    });
  });

  it("is to leave nothing behind on a throwaway network", () => {
    assert.equal(argsOf({ network: "devnet" }).retain, false);
  });

  it("is charts from a mirror where there is one", () => {
    assert.equal(argsOf({ mirror: { charts: "/mirror" } }).mirror, "/mirror");
  });

  it("is proof by DNS with the token of Cloudflare, the cluster's own where there is one", () => {
    for (const variables of [
      { tokenEnv: "TOKEN" },
      { tokenEnv: "ADMINISTRATORS", clusterTokenEnv: "TOKEN" },
    ]) {
      const { tls } = argsOf({ dns: { provider: "cloudflare", ...variables } });
      assert.deepEqual(tls, {
        issuer: "letsencrypt-dns01",
        email: "ops@example.com",
        dns01: { provider: "cloudflare", credential: { env: "TOKEN" } },
      });
    }
  });

  const server = { server: "192.0.2.53", port: 5353, keyName: "site", algorithm: "hmac-sha512" };
  for (const [given, credential] of [
    [{ secretEnv: "SECRET" }, { env: "SECRET" }],
    [{ secretFile: "/key" }, { file: "/key" }],
  ] as const) {
    it(`is proof by DNS with the key of a name server, by ${Object.keys(given)}`, () => {
      const { tls } = argsOf({ dns: { provider: "rfc2136", ...server, ...given } });
      assert.deepEqual(tls?.dns01, { provider: "rfc2136", ...server, credential });
    });
  }

  it("is no proof by DNS where another issuer is chosen", () => {
    const { tls } = argsOf({
      dns: { provider: "cloudflare" },
      tls: { issuer: "letsencrypt-http01", email: "tls@example.com" },
    });
    assert.deepEqual(tls, { issuer: "letsencrypt-http01", email: "tls@example.com" });
  });
});
