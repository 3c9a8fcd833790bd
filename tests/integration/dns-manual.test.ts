import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "mocha";
import { handler, type ManualInputs } from "../../components/dns/manualProvider.ts";
import { updateZone } from "../../components/dns/nameServerClient.ts";
import { recordMap } from "../../components/dns/recordMap.ts";
import { type DnsRecord, dnsRecords } from "../../components/dns/records.ts";
import type { TsigKey } from "../../components/dns/tsig.ts";
import { verifyRecords } from "../../components/dns/verifyRecords.ts";
import { nameServerMissing, startNameServer, type TestNameServer } from "../support/nameServer.ts";

describe("records that a person makes, verified at a real name server", () => {
  let bind: TestNameServer;
  let key: TsigKey;
  let resolver: string;
  const resource = handler();
  const records = dnsRecords({ domain: "garage.example.test", address: "203.0.113.9" });
  const provider = "provider.garage.example.test";
  const wildcard = "*.ingress.garage.example.test";

  before(async function () {
    this.timeout(180_000);
    const reason = nameServerMissing();
    if (reason !== undefined) {
      console.log(`      skipped: ${reason}`);
      this.skip();
    }
    bind = await startNameServer();
    key = { name: bind.keyName, algorithm: "hmac-sha256", secret: Buffer.from(bind.secret, "base64") };
    resolver = `${bind.server}:${bind.port}`;
  });
  after(() => bind?.stop());
  beforeEach(() => publish(recordsAt("203.0.113.9")));

  const recordsAt = (address: string) => dnsRecords({ domain: "garage.example.test", address });
  const publish = (set: readonly DnsRecord[]) => updateZone(bind, { zone: bind.zone, key, set });
  const withdraw = (...names: string[]) =>
    updateZone(bind, { zone: bind.zone, key, remove: names.map((name) => ({ name, type: "A" })) });
  const inputs = (): ManualInputs => ({ records: recordMap(records), resolver });

  /** What `work` warns of. */
  async function warnings(work: () => Promise<unknown>): Promise<string> {
    const said: string[] = [];
    const warn = console.warn;
    console.warn = (text: string) => said.push(text);
    try {
      await work();
    } finally {
      console.warn = warn;
    }
    return said.join("\n");
  }

  it("verifies records that are there and says nothing", async () => {
    let outs: unknown;
    const said = await warnings(async () => {
      outs = (await resource.create(inputs())).outs;
    });
    assert.deepEqual(outs, { ...inputs(), unverified: {} });
    assert.equal(said, "");
    const read = await resource.read?.("manual", outs);
    assert.deepEqual(read?.inputs, inputs());
  });

  it("prints the records that are missing and goes on", async () => {
    await withdraw(provider);
    let outs: unknown;
    const said = await warnings(async () => {
      outs = (await resource.create(inputs())).outs;
    });
    assert.match(said, /provider\.garage\.example\.test\. 300 IN A 203\.0\.113\.9 {3}\(does not exist yet\)/);
    assert.ok(!said.includes("*.ingress"));
    assert.deepEqual(outs, { ...inputs(), unverified: { [provider]: "does not exist yet" } });
    // It was not there when the update said so: that it still is not is no drift.
    const read = await resource.read?.("manual", outs);
    assert.deepEqual(read?.inputs, inputs());
    await publish(records);
    assert.deepEqual((await resource.read?.("manual", outs))?.props.unverified, {});
  });

  it("counts a record that was right and no longer is as drift, by name", async () => {
    const { outs } = await resource.create(inputs());
    await publish(recordsAt("203.0.113.10").filter(({ name }) => name === provider));
    await withdraw(wildcard);
    const read = await resource.read?.("manual", outs);
    assert.deepEqual(read?.inputs.records, { [provider]: { type: "A", value: "203.0.113.10", ttl: 300 } });
    assert.deepEqual(read?.props.unverified, {
      [provider]: "leads to 203.0.113.10",
      [wildcard]: "does not exist yet",
    });
    assert.equal((await resource.diff?.("manual", read?.props, inputs()))?.changes, true);
    const said = await warnings(async () => resource.update?.("manual", read?.props, inputs()));
    assert.match(said, /leads to 203\.0\.113\.10/);
  });

  it("takes an alias for right when it leads to the same addresses", async () => {
    const home = { name: "home.example.test", type: "A", value: "203.0.113.9", ttl: 60 } as const;
    await publish([home]);
    const alias = dnsRecords({ domain: "garage.example.test", address: "cname:home.example.test" });
    const flattened = await verifyRecords(alias, { resolver });
    assert.ok(flattened.every(({ verified }) => verified));
    await publish([{ ...home, value: "203.0.113.77" }]);
    const moved = await verifyRecords(alias, { resolver });
    assert.ok(moved.every(({ verified }) => !verified));
  });

  it("says so when the resolver does not answer, in the time limit", async () => {
    const started = Date.now();
    const [status] = await verifyRecords(records, { resolver: "127.0.0.1:1", timeoutMs: 300 });
    assert.match(status?.reason ?? "", /could not be looked up/);
    assert.ok(Date.now() - started < 3000);
  });

  it("does not ask the world for a domain that is reserved for tests", async () => {
    const found = await verifyRecords(records);
    assert.ok(found.every(({ reason }) => reason?.includes("reserved for tests")));
  });
});
