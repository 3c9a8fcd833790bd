import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "mocha";
import { type CloudflareZone, openCloudflare } from "../../../components/dns/cloudflareApi.ts";
import { CloudflareRefused, CloudflareUnreachable, DnsError } from "../../../components/dns/errors.ts";
import { parseSiteConfig } from "../../../components/site/config.ts";
import { findAddressRecords, requireAddress } from "../../../components/site/takeover/addressRecords.ts";
import {
  AddressInRecords,
  deployedIn,
  describeTakeover,
  type Takeover,
  type TakeoverItem,
} from "../../../components/site/takeover/index.ts";
import { withRecords } from "../../../components/site/takeover/takeover.ts";
import { type StandInCloudflare, startCloudflare } from "../../support/cloudflare.ts";

const SITE = {
  name: "garage",
  domain: "example.com",
  network: "mainnet",
  wallet: { mnemonicEnv: "GARAGE_MNEMONIC" },
  contact: { email: "ops@example.com" },
  attributes: { "location-region": "us-west" },
};
const TOKEN = "canary-that-edits";
const READ_TOKEN = "canary-that-reads";
const VARIABLE = "TAKEOVER_TEST_TOKEN";
const record = (id: string, name: string, type: string, content: string) => ({ id, name, type, content });

describe("a site's names at Cloudflare that its state does not know", () => {
  let cloudflare: StandInCloudflare;
  beforeEach(async () => {
    process.env[VARIABLE] = TOKEN;
    cloudflare = await startCloudflare({
      zone: "example.com",
      token: TOKEN,
      readToken: READ_TOKEN,
      records: [
        record("1", "provider.example.com", "A", "198.51.100.7"),
        record("2", "provider.example.com", "TXT", "v=spf1 -all"),
        record("3", "*.ingress.example.com", "CNAME", "home.example.net"),
        record("4", "*.ingress.example.com", "AAAA", "2001:db8::7"),
        record("5", "www.example.com", "A", "198.51.100.8"),
      ],
    });
  });
  afterEach(async () => {
    delete process.env[VARIABLE];
    await cloudflare.stop();
  });

  const open = (at: CloudflareZone) => openCloudflare(at, cloudflare.api);
  const find = (deployed: readonly string[] = [], zone = "example.com", opened = open) =>
    findAddressRecords(
      {
        domain: "example.com",
        dns: { provider: "cloudflare", zone, tokenEnv: VARIABLE, dynamic: false },
      },
      deployed,
      opened,
    );
  const left = () => cloudflare.records.map(({ id }) => id);

  it("are replaced right before the update, whatever says their address; others and other types stay", async () => {
    const { items, deleteAll } = await find();
    assert.deepEqual(
      items.map(({ action, kind, name }) => `${action} ${kind} ${name}`),
      [
        "replace record provider.example.com → 198.51.100.7 (A) at Cloudflare",
        "replace record *.ingress.example.com → home.example.net (CNAME) at Cloudflare",
        "replace record *.ingress.example.com → 2001:db8::7 (AAAA) at Cloudflare",
      ],
    );
    assert.match(describeTakeover({ items, blockers: [] }), /made anew: Cloudflare takes no second one/);
    assert.deepEqual(left(), ["1", "2", "3", "4", "5"]);
    assert.ok(cloudflare.asked.every((line) => line.startsWith("GET ")));
    await deleteAll();
    assert.deepEqual(left(), ["2", "5"]);
    // A second run, or somebody else, took them away already.
    await deleteAll();
  });

  it("are nobody's business where the state has them, or somebody else than Cloudflare serves them", async () => {
    const one = await find(["provider.example.com"]);
    assert.deepEqual(
      one.items.map(({ name }) => name.split(" ")[0]),
      ["*.ingress.example.com", "*.ingress.example.com"],
    );
    cloudflare.asked.length = 0;
    const both = await find(["Provider.example.com.", "*.ingress.example.com"]);
    const manual = { domain: "example.com", dns: { provider: "manual" } } as const;
    assert.deepEqual([both.items, (await findAddressRecords(manual, [], open)).items], [[], []]);
    assert.deepEqual(cloudflare.asked, []);
    cloudflare.records.length = 0;
    assert.deepEqual((await find()).items, []);
  });

  it("are only those of exactly these names, however the API takes its filter", async () => {
    await cloudflare.stop();
    cloudflare = await startCloudflare({
      ...{ zone: "example.com", token: TOKEN, ignoresFilter: true },
      records: [
        record("1", "old.provider.example.com", "A", "198.51.100.9"),
        record("2", "Provider.example.com", "A", "198.51.100.7"),
      ],
    });
    assert.deepEqual(
      (await find()).items.map(({ name }) => name.split(" ")[0]),
      ["Provider.example.com"],
    );
  });

  async function refusal(work: Promise<unknown>): Promise<DnsError> {
    try {
      await work;
    } catch (error) {
      assert.ok(error instanceof DnsError, String(error));
      assert.ok(!`${error.stack}${JSON.stringify(error)}`.includes("canary"), "the token is in the error");
      return error;
    }
    return assert.fail("nothing was refused");
  }

  it("are not asked for without a token, and one that cannot be sent is not quoted", async () => {
    delete process.env[VARIABLE];
    assert.match((await refusal(find())).message, /TAKEOVER_TEST_TOKEN is not set/);
    process.env[VARIABLE] = `${TOKEN}\n`;
    assert.match((await refusal(find())).message, /TAKEOVER_TEST_TOKEN holds no API token/);
    assert.deepEqual(cloudflare.asked, []);
  });

  it("need a token that may edit the zone: the refusal says which permission to give", async () => {
    for (const [token, status, code] of [
      ["canary-unknown", 403, 10000],
      ["canary,malformed", 400, 6003],
    ] as const) {
      process.env[VARIABLE] = token;
      const error = await refusal(find());
      assert.ok(error instanceof CloudflareRefused);
      assert.deepEqual([error.status, error.codes], [status, [code]]);
      assert.match(error.message, /Give the API token in TAKEOVER_TEST_TOKEN .*Zone\.DNS\.Edit/);
    }
    process.env[VARIABLE] = READ_TOKEN;
    const { deleteAll } = await find();
    assert.match((await refusal(deleteAll())).message, /refused to delete the record .* of example\.com/);
    assert.deepEqual(left(), ["1", "2", "3", "4", "5"]);
  });

  it("name the zone that is not there, and an API that does not answer", async () => {
    assert.match(
      (await refusal(find([], "example.net"))).message,
      /no zone example\.net .*Check `dns\.zone`/,
    );
    const silent = (at: CloudflareZone) => openCloudflare(at, "http://127.0.0.1:1");
    assert.ok((await refusal(find([], undefined, silent))) instanceof CloudflareUnreachable);
  });
});

describe("records that alone tell where the site is", () => {
  const names = ["provider.example.com"];
  const near = async (hosts: readonly string[]) => hosts.includes("192.168.1.10");
  const nodes = (...hosts: string[]) =>
    parseSiteConfig({ ...SITE, cluster: undefined, nodes: hosts.map((host) => ({ host })) }).nodes;
  const require = (
    address: string,
    of: readonly string[],
    hosts: readonly string[],
    own?: ReturnType<typeof nodes>,
  ) => requireAddress({ address, ...(own && { nodes: own }) }, { names: of }, async () => hosts, near);

  it("are not deleted with `auto` from elsewhere", async () => {
    await assert.rejects(require("auto", names, ["192.168.7.10"]), (error) => {
      assert.ok(error instanceof AddressInRecords);
      assert.match(error.message, /^Nothing was changed: provider\.example\.com .*Write it: `address: /);
      return true;
    });
    await assert.rejects(require("auto", names, ["192.168.1.10"], nodes("192.168.7.10")), AddressInRecords);
  });

  it("are in the way of nobody who knows the address otherwise", async () => {
    await require("auto", names, ["192.168.1.10"]);
    await require("auto", names, [], nodes("192.168.1.10"));
    await require("auto", names, [], nodes("192.168.7.10", "203.0.113.10"));
    await require("203.0.113.10", names, []);
    await require("auto", [], []);
  });
});

describe("a takeover of records and cluster", () => {
  const item = (name: string): TakeoverItem => ({
    ...{ action: "replace", kind: "Thing", reason: "", leases: "" },
    name,
  });
  const inCluster = (done: string[]): Takeover => ({
    plan: { items: [item("set")], blockers: [] },
    deleteReplaced: async () => void done.push("set"),
    removeLeftovers: async () => void done.push("leftovers"),
  });

  it("deletes the records first, and nothing of the cluster where that is refused", async () => {
    const done: string[] = [];
    const deleteAll = async () => void done.push("record");
    const both = withRecords({ items: [item("record")], deleteAll }, inCluster(done));
    assert.deepEqual(
      both.plan.items.map(({ name }) => name),
      ["record", "set"],
    );
    await both.deleteReplaced();
    await both.removeLeftovers();
    assert.deepEqual(done, ["record", "set", "leftovers"]);
    const refused = withRecords(
      { items: [item("record")], deleteAll: () => Promise.reject(new DnsError("refused")) },
      inCluster(done),
    );
    await assert.rejects(refused.deleteReplaced(), DnsError);
    assert.equal(done.length, 3);
  });
});

describe("what a stack's state has", () => {
  it("are releases and records that were made", () => {
    const release = "kubernetes:helm.sh/v3:Release";
    const dns = "cloudflare:index/dnsRecord:DnsRecord";
    const name = "provider.example.com";
    assert.deepEqual(
      deployedIn({
        deployment: {
          resources: [
            { type: release, id: "nginx-gateway/ngf" },
            { type: release },
            { type: dns, id: "372e6795", inputs: { name } },
            { type: dns, inputs: { name: "*.ingress.example.com" } },
            { type: "cloudflare:index/zone:Zone", id: "1", inputs: { name: "example.com" } },
          ],
        },
      }),
      { releases: ["nginx-gateway/ngf"], records: [name] },
    );
    assert.deepEqual(deployedIn({ deployment: {} }), { releases: [], records: [] });
  });
});
