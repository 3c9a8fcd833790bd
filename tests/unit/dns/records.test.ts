import assert from "node:assert/strict";
import { isIP } from "node:net";
import fc from "fast-check";
import { describe, it } from "mocha";
import { changedRecords, recordList, recordMap } from "../../../components/dns/recordMap.ts";
import { dnsRecords, recordText } from "../../../components/dns/records.ts";

const address = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.domain().map((name) => `cname:${name}`),
);

describe("dnsRecords", () => {
  it("names the provider and the leases' wildcard", () => {
    assert.deepEqual(dnsRecords({ domain: "Example.com", address: "203.0.113.9" }), [
      { name: "provider.example.com", type: "A", value: "203.0.113.9", ttl: 300 },
      { name: "*.ingress.example.com", type: "A", value: "203.0.113.9", ttl: 300 },
    ]);
  });

  it("makes the type fit the address, for any address", () => {
    fc.assert(
      fc.property(fc.domain(), address, fc.integer({ min: 1, max: 86400 }), (domain, to, ttl) => {
        for (const record of dnsRecords({ domain, address: to, ttl })) {
          assert.equal(record.type, { 0: "CNAME", 4: "A", 6: "AAAA" }[isIP(to)]);
          assert.equal(isIP(record.value), isIP(to));
          assert.ok(record.name.endsWith(`.${domain.toLowerCase()}`));
          assert.equal(record.ttl, ttl);
        }
      }),
    );
  });

  it("refuses what is no address, and an alias to itself", () => {
    assert.throws(
      () => dnsRecords({ domain: "example.com", address: "auto" }),
      /neither an IP address nor cname/,
    );
    for (const self of ["cname:provider.example.com.", "cname:x.ingress.example.com"]) {
      assert.throws(() => dnsRecords({ domain: "example.com", address: self }), /point to itself/);
    }
  });

  it("prints as in a zone file", () => {
    const [record] = dnsRecords({ domain: "example.com", address: "cname:home.example.net" });
    assert.ok(record);
    assert.equal(recordText(record), "provider.example.com. 300 IN CNAME home.example.net.");
  });
});

describe("recordMap", () => {
  it("keeps every record, and refuses a name twice", () => {
    fc.assert(
      fc.property(fc.domain(), address, (domain, to) => {
        const records = dnsRecords({ domain, address: to });
        assert.deepEqual(recordList(recordMap(records)), records);
        assert.throws(() => recordMap([...records, ...records]), /twice/);
      }),
    );
  });

  it("compares IPv6 addresses by what they mean", () => {
    const record = { name: "a.example.com", type: "AAAA", ttl: 1 } as const;
    const long = recordMap([{ ...record, value: "2001:0DB8:0:0::0001" }]);
    assert.deepEqual(changedRecords(long, recordMap([{ ...record, value: "2001:db8::1" }])), []);
  });

  it("names changed, added and removed records, and only those", () => {
    const before = recordMap(dnsRecords({ domain: "example.com", address: "203.0.113.9" }));
    assert.deepEqual(changedRecords(before, before), []);
    assert.deepEqual(changedRecords(before, {}), ["*.ingress.example.com", "provider.example.com"]);
    const { "provider.example.com": provider, ...rest } = before;
    assert.ok(provider);
    for (const change of [{ value: "203.0.113.10" }, { ttl: 60 }, { type: "CNAME" as const }]) {
      const after: typeof before = { ...rest, "provider.example.com": { ...provider, ...change } };
      assert.deepEqual(changedRecords(before, after), ["provider.example.com"]);
    }
  });
});
