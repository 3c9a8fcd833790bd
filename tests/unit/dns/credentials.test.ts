import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { type DnsUse, requireDnsCredentials, requireDnsToken } from "../../../components/dns/credentials.ts";
import { CredentialMissing, TsigSecretMissing } from "../../../components/dns/errors.ts";

const site = (dns: DnsUse["dns"], issuer = "self-signed"): DnsUse => ({
  domain: "example.com",
  dns,
  tls: { issuer },
});
const cloudflare = { provider: "cloudflare" } as const;
const rfc2136 = { provider: "rfc2136", server: "192.0.2.53", keyName: "site", secretEnv: "TSIG" } as const;
const CLUSTER = { ...cloudflare, clusterTokenEnv: "CLUSTER_TOKEN" };

describe("credentials for DNS", () => {
  it("are asked for by name, with what they are for", () => {
    const refused: readonly [DnsUse, NodeJS.ProcessEnv, RegExp][] = [
      [
        site(cloudflare),
        {},
        /^The environment variable CLOUDFLARE_API_TOKEN is not set.* zone example\.com\.$/,
      ],
      [site(cloudflare), { CLOUDFLARE_API_TOKEN: "" }, /CLOUDFLARE_API_TOKEN is not set/],
      [site({ ...cloudflare, tokenEnv: "MINE", zone: "com" }), {}, /variable MINE is not set.* zone com\./],
    ];
    for (const [use, env, sentence] of refused) {
      for (const check of [requireDnsToken, requireDnsCredentials]) {
        assert.throws(
          () => check(use, env),
          (error) => error instanceof CredentialMissing && sentence.test(error.message),
        );
      }
    }
    requireDnsCredentials(site(cloudflare), { CLOUDFLARE_API_TOKEN: "x" });
    requireDnsCredentials(site({ provider: "manual" }), {});
  });

  it("may be missing in a run that changes nothing there, and in none that builds the site", () => {
    const env = { CLOUDFLARE_API_TOKEN: "x" };
    const kept = [site({ ...CLUSTER, dynamic: true }), site(CLUSTER, "letsencrypt-dns01")];
    for (const use of kept) {
      requireDnsToken(use, env);
      assert.throws(
        () => requireDnsCredentials(use, env),
        /variable CLUSTER_TOKEN is not set.* cluster keeps/,
      );
      requireDnsCredentials(use, { ...env, CLUSTER_TOKEN: "y" });
    }
    requireDnsToken(site(rfc2136), {});
    assert.throws(() => requireDnsCredentials(site(rfc2136), {}), TsigSecretMissing);
    requireDnsCredentials(site(rfc2136), { TSIG: "c2VjcmV0" });
  });

  it("are not asked for where the cluster holds none", () => {
    requireDnsCredentials(site(CLUSTER), { CLOUDFLARE_API_TOKEN: "x" });
  });
});
