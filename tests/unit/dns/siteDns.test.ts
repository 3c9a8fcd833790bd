import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { after, before, beforeEach, describe, it } from "mocha";
import { dnsRecords } from "../../../components/dns/records.ts";
import type { DnsConfig, SiteDns as SiteDnsClass } from "../../../components/dns/SiteDns.ts";

interface Made {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

const token = "cloudflare-canary";

describe("SiteDns", () => {
  let made: Made[];
  let SiteDns: typeof SiteDnsClass;
  const domain = "example.com";
  const records = dnsRecords({ domain, address: "203.0.113.9" });

  before(async () => {
    process.env["CLOUDFLARE_API_TOKEN"] = token;
    process.env["OTHER_TOKEN"] = token;
    await pulumi.runtime.setMocks({
      newResource: ({ type, name, inputs }) => {
        made.push({ type, name, inputs });
        return { id: `${name}-id`, state: { ...inputs, unverified: {} } };
      },
      call: ({ inputs }) => ({ ...inputs, zoneId: "zone-id" }),
    });
    ({ SiteDns } = await import("../../../components/dns/SiteDns.ts"));
  });
  after(() => {
    delete process.env["CLOUDFLARE_API_TOKEN"];
    delete process.env["OTHER_TOKEN"];
  });
  beforeEach(() => {
    made = [];
  });

  async function declare(config: DnsConfig, dynamic?: { cluster: { kubeconfigPath: string } }) {
    const dns = new SiteDns("dns", {
      config,
      domain,
      records,
      ...(dynamic === undefined ? {} : { dynamic }),
    });
    await new Promise<void>((resolve) => pulumi.all([dns.records, dns.unverified]).apply(() => resolve()));
    // Registrations run on after the outputs are there.
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    return made;
  }
  const ofType = (type: string) => made.filter((resource) => resource.type.endsWith(type));

  it("keeps records at Cloudflare unproxied, with the token in no input", async () => {
    await declare({ provider: "cloudflare" });
    const held = ofType("DnsRecord").map(({ inputs }) => inputs);
    assert.deepEqual(
      held.map(({ name, type, content, ttl, proxied, zoneId }) => ({
        name,
        type,
        content,
        ttl,
        proxied,
        zoneId,
      })),
      records.map(({ name, type, value, ttl }) => ({
        name,
        type,
        content: value,
        ttl,
        proxied: false,
        zoneId: "zone-id",
      })),
    );
    assert.ok(!JSON.stringify(made).includes(token));
    assert.deepEqual(ofType("CronJob"), []);
  });

  it("passes a token of another variable as a secret", async () => {
    await declare({ provider: "cloudflare", tokenEnv: "OTHER_TOKEN" });
    const [provider] = ofType("providers:cloudflare");
    assert.ok(provider);
    assert.equal(ofType("DnsRecord").length, 2);
  });

  it("leaves in the cluster the token that was made for it", async () => {
    const held = async (config: DnsConfig) => {
      await declare(config, { cluster: { kubeconfigPath: "kubeconfig" } });
      return ofType("CredentialSecret").at(-1)?.inputs["values"];
    };
    const prefix = "Authorization: Bearer ";
    assert.deepEqual(await held({ provider: "cloudflare", clusterTokenEnv: "OTHER_TOKEN" }), {
      header: { env: "OTHER_TOKEN", prefix },
    });
    assert.deepEqual(await held({ provider: "cloudflare", tokenEnv: "OTHER_TOKEN" }), {
      header: { env: "OTHER_TOKEN", prefix },
    });
  });

  it("updates changing addresses from inside the cluster, without access to the cluster", async () => {
    await declare({ provider: "cloudflare" }, { cluster: { kubeconfigPath: "kubeconfig" } });
    const [job] = ofType("CronJob");
    assert.ok(job);
    const text = JSON.stringify(job.inputs);
    assert.match(text, /"automountServiceAccountToken":false/);
    assert.match(text, /"runAsNonRoot":true/);
    assert.match(
      text,
      /dns-cloudflare-provider\.example\.com-id dns-cloudflare-wildcard\.ingress\.example\.com-id/,
    );
    assert.ok(!text.includes(token));
    // To name servers and to web services, and from nowhere.
    assert.deepEqual(
      ofType("NetworkPolicy").map(({ inputs }) => inputs["spec"]),
      [
        {
          podSelector: {},
          policyTypes: ["Ingress", "Egress"],
          egress: [
            {
              ports: [
                { protocol: "UDP", port: 53 },
                { protocol: "TCP", port: 53 },
                { protocol: "TCP", port: 443 },
              ],
            },
          ],
        },
      ],
    );
    assert.deepEqual(ofType("RoleBinding"), []);
  });

  it("leaves an address alone that is updated from inside, and no other", async () => {
    const ignored = async (dynamic: boolean) => {
      const found: (readonly string[] | undefined)[] = [];
      const look: pulumi.ResourceTransformation = ({ type, opts }) => {
        if (type.endsWith("DnsRecord")) found.push((opts as pulumi.CustomResourceOptions).ignoreChanges);
        return undefined;
      };
      const { CloudflareRecords } = await import("../../../components/dns/CloudflareRecords.ts");
      new CloudflareRecords("records", { zone: domain, records, dynamic }, { transformations: [look] });
      return found;
    };
    assert.deepEqual(await ignored(true), [["content"], ["content"]]);
    assert.deepEqual(await ignored(false), [undefined, undefined]);
  });

  it("hands the records to the name server or to the person", async () => {
    await declare({ provider: "rfc2136", server: "ns.example.com", keyName: "site", secretEnv: "TSIG" });
    const [update] = ofType("Rfc2136Records");
    assert.equal(update?.inputs["zone"], domain);
    assert.equal(update?.inputs["secretEnv"], "TSIG");
    await declare({ provider: "manual" });
    const named = Object.keys(ofType("ManualRecords")[0]?.inputs["records"] ?? {});
    assert.deepEqual(new Set(named), new Set(records.map(({ name }) => name)));
  });

  it("says that only Cloudflare's records follow an address, and that the token is missing", () => {
    const manual = {
      config: { provider: "manual" },
      domain,
      records,
      dynamic: { cluster: { kubeconfigPath: "kubeconfig" } },
    } as const;
    assert.throws(() => new SiteDns("dns", manual), /`dynamic` needs `provider: cloudflare`.*cname:NAME/);
    const config = { provider: "cloudflare", tokenEnv: "NOWHERE" } as const;
    assert.throws(() => new SiteDns("dns", { config, domain, records }), /NOWHERE is not set/);
  });
});
