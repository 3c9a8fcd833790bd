import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { SiteTlsArgs } from "../../../components/ingress/SiteTls.ts";
import { declaredObjects } from "../akash/declared.ts";

describe("what certificates need", function () {
  this.timeout(30_000);

  const declare = (args: Omit<SiteTlsArgs, "domain" | "mode">) =>
    declaredObjects(async () => {
      const { SiteTls } = await import("../../../components/ingress/index.ts");
      new SiteTls("tls", { domain: "example.com", mode: "gateway", certManager: "none", ...args });
    });

  it("is an address that Let's Encrypt can warn", async () => {
    for (const issuer of ["letsencrypt-http01", "letsencrypt-dns01"] as const) {
      await assert.rejects(declare({ issuer, email: "" }), {
        name: "RangeError",
        message: `\`issuer: ${issuer}\` needs \`email\`, which Let's Encrypt warns before a certificate ends.`,
      });
    }
  });

  it("is a cluster for the credential of DNS-01", async () => {
    const dns01 = { provider: "cloudflare", credential: { env: "TOKEN" } } as const;
    await assert.rejects(declare({ issuer: "letsencrypt-dns01", email: "ops@example.com", dns01 }), {
      name: "RangeError",
      message: "`dns01` needs `cluster`, where its credential goes.",
    });
  });

  it("is nothing more where the site signs for itself", async () => {
    const kinds = (await declare({})).map(({ kind }) => kind);
    assert.deepEqual(new Set(kinds), new Set(["ClusterIssuer", "Certificate"]));
  });
});
