import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "mocha";
import { NameServerUnreachable, TsigSecretMissing, UpdateRefused } from "../../components/dns/errors.ts";
import { observeRecord, updateZone } from "../../components/dns/nameServerClient.ts";
import { recordMap } from "../../components/dns/recordMap.ts";
import { dnsRecords } from "../../components/dns/records.ts";
import { handler, type Rfc2136Inputs } from "../../components/dns/rfc2136Provider.ts";
import type { TsigKey } from "../../components/dns/tsig.ts";
import { nameServerMissing, startNameServer, type TestNameServer } from "../support/nameServer.ts";

const variable = "TEST_TSIG_SECRET";

describe("RFC 2136 against a real name server", () => {
  let bind: TestNameServer;
  let key: TsigKey;
  let inputs: Rfc2136Inputs;
  const resource = handler();

  before(async function () {
    this.timeout(180_000);
    const reason = nameServerMissing();
    if (reason !== undefined) {
      console.log(`      skipped: ${reason}`);
      this.skip();
    }
    bind = await startNameServer();
    key = { name: bind.keyName, algorithm: "hmac-sha256", secret: Buffer.from(bind.secret, "base64") };
    process.env[variable] = bind.secret;
    inputs = {
      server: bind.server,
      port: bind.port,
      zone: bind.zone,
      keyName: bind.keyName,
      algorithm: "hmac-sha256",
      secretEnv: variable,
      records: recordMap(dnsRecords({ domain: `garage.${bind.zone}`, address: "203.0.113.9" })),
    };
  });

  after(async () => {
    delete process.env[variable];
    await bind?.stop();
  });

  afterEach(() => updateZone(bind, { zone: bind.zone, key, remove: [...wanted("A"), ...wanted("CNAME")] }));

  const provider = "provider.garage.example.test";
  const wildcard = "*.ingress.garage.example.test";
  const wanted = (type: "A" | "CNAME") => [provider, wildcard].map((name) => ({ name, type }));
  const held = (name: string) => observeRecord(bind, { name, type: "A", value: "", ttl: 0 });

  it("makes the records, reads them back unchanged, and removes them", async () => {
    const { id, outs } = await resource.create(inputs);
    assert.equal(id, `example.test@127.0.0.1`);
    assert.deepEqual(await held(wildcard), { type: "A", values: ["203.0.113.9"], ttl: 300 });
    const read = await resource.read?.(id, outs);
    assert.deepEqual(read?.inputs, inputs);
    assert.equal((await resource.diff?.(id, read?.props, inputs))?.changes, false);
    await resource.delete?.(id, outs);
    assert.equal(await held(provider), undefined);
    await resource.delete?.(id, outs);
  });

  it("reads a changed, a missing and an added record as what they are, and repairs them", async () => {
    const { id, outs } = await resource.create(inputs);
    const changed = { name: provider, type: "CNAME", value: "elsewhere.example.test", ttl: 60 } as const;
    await updateZone(bind, { zone: bind.zone, key, set: [changed], remove: [{ name: wildcard, type: "A" }] });
    const read = await resource.read?.(id, outs);
    assert.deepEqual(read?.inputs.records, {
      [provider]: { type: "CNAME", value: "elsewhere.example.test", ttl: 60 },
    });
    assert.equal((await resource.diff?.(id, read?.props, inputs))?.changes, true);
    await resource.update?.(id, read?.props, inputs);
    assert.deepEqual((await resource.read?.(id, outs))?.inputs, inputs);
  });

  it("removes the records that are no longer declared", async () => {
    const { id, outs } = await resource.create(inputs);
    const { [provider]: kept } = inputs.records;
    assert.ok(kept);
    const fewer = { ...inputs, records: { [provider]: { ...kept, value: "203.0.113.10" } } };
    await resource.update?.(id, outs, fewer);
    assert.equal(await held(wildcard), undefined);
    assert.deepEqual((await held(provider))?.values, ["203.0.113.10"]);
  });

  it("holds IPv6 addresses and aliases", async () => {
    const six = dnsRecords({ domain: `garage.${bind.zone}`, address: "2001:DB8:0::1" });
    await updateZone(bind, { zone: bind.zone, key, set: six });
    assert.deepEqual(await held(provider), { type: "AAAA", values: ["2001:db8::1"], ttl: 300 });
    const alias = dnsRecords({ domain: `garage.${bind.zone}`, address: "cname:Home.example.net." });
    await updateZone(bind, { zone: bind.zone, key, set: alias });
    assert.deepEqual(await held(provider), { type: "CNAME", values: ["home.example.net"], ttl: 300 });
  });

  it("never puts the secret into what the engine stores", async () => {
    const { id, outs } = await resource.create(inputs);
    const stored = JSON.stringify([outs, await resource.read?.(id, outs)]);
    assert.ok(!stored.includes(bind.secret));
  });

  it("takes the secret from a file that only its owner can read", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tsig-"));
    const secretFile = join(folder, "key");
    const { secretEnv: _, ...rest } = inputs;
    writeFileSync(secretFile, `${bind.secret}\n`, { mode: 0o600 });
    await resource.create({ ...rest, secretFile });
    writeFileSync(join(folder, "open"), bind.secret, { mode: 0o644 });
    const open = { ...rest, secretFile: join(folder, "open") };
    await assert.rejects(resource.create(open), /chmod 600/);
    rmSync(folder, { recursive: true });
  });

  const refusals: readonly [string, string, (given: Rfc2136Inputs) => Rfc2136Inputs, RegExp][] = [
    ["a key it does not know", "BADKEY", (given) => ({ ...given, keyName: "other" }), /key's name/],
    [
      "a zone it does not update",
      "REFUSED",
      (given) => ({ ...given, zone: bind.closedZone, records: moved() }),
      /Allow/,
    ],
    ["a zone that is not its own", "NOTAUTH", (given) => ({ ...given, zone: "example.org" }), /primary/],
    ["records outside the zone", "NOTZONE", (given) => ({ ...given, records: moved() }), /zone/],
  ];
  const moved = () => recordMap(dnsRecords({ domain: "garage.closed.test", address: "203.0.113.9" }));
  for (const [what, code, change, remedy] of refusals) {
    it(`names ${code} for ${what}, with the remedy`, async () => {
      await assert.rejects(
        resource.create(change(inputs)),
        (error: unknown) =>
          error instanceof UpdateRefused && error.code === code && remedy.test(error.message),
      );
    });
  }

  it("tells a wrong secret from a missing one, without repeating either", async () => {
    const wrong = Buffer.alloc(32, 7).toString("base64");
    process.env[variable] = wrong;
    await assert.rejects(
      resource.create(inputs),
      (error: unknown) =>
        error instanceof UpdateRefused && error.code === "BADSIG" && !error.message.includes(wrong),
    );
    delete process.env[variable];
    await assert.rejects(resource.create(inputs), TsigSecretMissing);
    process.env[variable] = bind.secret;
  });

  it("names a clock that is wrong", async () => {
    const { signMessage, verifyAnswer } = await import("../../components/dns/tsig.ts");
    const { exchange } = await import("../../components/dns/exchange.ts");
    const { encode } = await import("dns-packet");
    const question = encode({ type: "query", id: 7, questions: [{ name: bind.zone, type: "SOA" }] });
    const early = signMessage(question, key, new Date(Date.now() - 3_600_000));
    assert.equal(verifyAnswer(await exchange(bind, early.message), key, early.mac), "BADTIME");
  });

  it("says when nothing listens", async () => {
    await assert.rejects(resource.create({ ...inputs, port: 1 }), NameServerUnreachable);
  });
});
