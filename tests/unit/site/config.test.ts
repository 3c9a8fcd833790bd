import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "mocha";
import { parse } from "yaml";
import { expectsGpuOperator, parseSiteConfig } from "../../../components/site/config.ts";
import { DEFAULT_VERSION_SET } from "../../../components/versions/index.ts";
import { declaration } from "./declarations.ts";

describe("SiteConfig: defaults", () => {
  it("fills everything that can be known", () => {
    assert.deepEqual(parseSiteConfig(declaration()), {
      name: "garage",
      domain: "example.com",
      hostUri: "https://provider.example.com:8443",
      network: "mainnet",
      wallet: { mnemonicEnv: "GARAGE_MNEMONIC" },
      cluster: { kubeconfig: "~/.kube/config" },
      address: "auto",
      dns: { provider: "manual" },
      contact: { email: "ops@example.com", website: "https://example.com" },
      tls: { issuer: "self-signed", email: "ops@example.com" },
      ingress: { mode: "gateway", controller: "chart" },
      attributes: { "location-region": "us-west" },
      pricing: {
        cpu: 1.6,
        memory: 0.8,
        storage: { ephemeral: 0.02, hdd: 0.01, ssd: 0.03, nvme: 0.04 },
        gpu: {},
        endpoint: 0.05,
        ip: 5,
        tenants: [],
      },
      hosts: { hardenSsh: false, audit: false, keepSwap: false, packages: [] },
      storage: { classes: [], ceph: { check: true }, providerVolume: { size: "1Gi" } },
      versions: DEFAULT_VERSION_SET,
      policies: {},
      gpu: { operator: "none", driver: { by: "host", repositories: "add" } },
      provider: {
        privateRegistries: false,
        metricsNamespaces: [],
        lan: [],
        overcommit: { cpu: 0, memory: 0, storage: 0 },
      },
      funding: { minBalance: 5 },
      mirror: {},
    });
  });

  it("derives zone and issuer from a DNS provider with an API", () => {
    const site = parseSiteConfig(declaration({ dns: { provider: "cloudflare" } }));
    assert.deepEqual(site.dns, {
      provider: "cloudflare",
      zone: "example.com",
      tokenEnv: "CLOUDFLARE_API_TOKEN",
      dynamic: false,
    });
    assert.equal(site.tls.issuer, "letsencrypt-dns01");
  });

  it("fills RFC 2136 and keeps what is given", () => {
    const dns = {
      provider: "rfc2136",
      server: "192.0.2.53",
      zone: "example.com",
      keyName: "k",
      secretFile: "f",
    };
    const site = parseSiteConfig(
      declaration({
        dns,
        tls: { issuer: "self-signed", email: "tls@example.com" },
        hostUri: "https://p.example.com:9443",
        contact: { email: "ops@example.com", website: "https://www.example.com/site" },
      }),
    );
    assert.deepEqual(site.dns, { ...dns, port: 53, algorithm: "hmac-sha256" });
    assert.deepEqual(site.tls, { issuer: "self-signed", email: "tls@example.com" });
    assert.equal(site.hostUri, "https://p.example.com:9443");
    assert.equal(site.contact.website, "https://www.example.com/site");
  });

  it("installs the GPU operator where a GPU has a price, and leaves it where told", () => {
    const pricing = { gpu: { rtx5090: 120, "a100.80Gi": 700, "h100.80Gi.sxm": 900 } };
    assert.equal(expectsGpuOperator(parseSiteConfig(declaration({ pricing }))), true);
    assert.equal(
      expectsGpuOperator(parseSiteConfig(declaration({ pricing, gpu: { operator: "chart" } }))),
      true,
    );
    assert.equal(expectsGpuOperator(parseSiteConfig(declaration({}))), false);
    assert.equal(parseSiteConfig(declaration({ pricing, gpu: { operator: "none" } })).gpu.operator, "none");
    assert.equal(parseSiteConfig(declaration({})).gpu.operator, "none");
    // What is on the machines' buses decides later.
    const nodes = [{ host: "203.0.113.10" }];
    const own = parseSiteConfig(declaration({ cluster: undefined, nodes }));
    assert.deepEqual([own.gpu.operator, expectsGpuOperator(own)], ["auto", false]);
    const priced = parseSiteConfig(declaration({ cluster: undefined, nodes, pricing }));
    assert.equal(priced.gpu.operator, "chart");
  });

  it("fills a node", () => {
    const { nodes, cluster } = parseSiteConfig(
      declaration({ cluster: undefined, nodes: [{ host: "203.0.113.10", user: "ubuntu" }] }),
    );
    assert.deepEqual(nodes, [
      {
        host: "203.0.113.10",
        user: "ubuntu",
        role: "auto",
        gpu: "auto",
        labels: {},
        taints: [],
        disks: [],
        reboot: "refused",
        before: [],
        after: [],
      },
    ]);
    assert.equal(cluster, undefined);
  });

  it("reads attributes as the official charts write them", () => {
    const attributes = [
      { key: "location-region", value: "us-west" },
      { key: "tier", value: "community" },
    ];
    assert.deepEqual(parseSiteConfig(declaration({ attributes })).attributes, {
      "location-region": "us-west",
      tier: "community",
    });
  });

  it("accepts the embedded site", async () => {
    const file = parse(await readFile(new URL("../../../Pulumi.dev.yaml", import.meta.url), "utf8"));
    assert.equal(parseSiteConfig(file.config["akash:site"]).network, "devnet");
  });
});
