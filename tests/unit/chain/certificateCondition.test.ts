import assert from "node:assert/strict";
import { describe, it } from "mocha";
import {
  type CertificateSituation,
  certificateCondition,
  type PublishedCertificate,
  planCertificate,
  type StoredKey,
  soundCertificate,
  supersededSerials,
  validFor,
} from "../../../components/chain/certificatePlan.ts";

const dayMs = 86_400_000;
const host = "provider.example.com";

describe("what a certificate needs", () => {
  const good: StoredKey = {
    serial: "1",
    fingerprint: "of 1",
    opens: true,
    hosts: [host],
    notAfter: new Date(365 * dayMs),
  };
  const onChain: PublishedCertificate = { serial: "1", fingerprint: "of 1", state: "valid", hosts: [host] };
  const situation = (change: Partial<CertificateSituation>): CertificateSituation => ({
    published: [onChain],
    active: good,
    pending: undefined,
    host,
    now: new Date(0),
    renewBeforeDays: 30,
    ...change,
  });

  const plans: [string, Partial<CertificateSituation>, ReturnType<typeof planCertificate>][] = [
    ["keeps what is good", {}, { action: "keep", key: good }],
    ["adopts an active key that this chain lacks", { published: [] }, { action: "publish", key: good }],
    ["starts with a new key", { active: undefined, published: [] }, { action: "create" }],
    ["makes a new key where the one on chain is lost", { active: undefined }, { action: "create" }],
    [
      "publishes a pending key that a killed run has made",
      { active: undefined, pending: good, published: [] },
      { action: "publish", key: good },
    ],
    [
      "switches to a pending key that is on chain",
      { active: { ...good, serial: "0" }, pending: good },
      { action: "switch", key: good },
    ],
    [
      "never reuses a revoked serial",
      { published: [{ ...onChain, state: "revoked" }] },
      { action: "create" },
    ],
    ["replaces a key it cannot open", { active: { ...good, opens: false } }, { action: "create" }],
    ["replaces a key for another host", { host: "gpu.example.com" }, { action: "create" }],
    ["replaces an exchanged certificate", { active: { ...good, fingerprint: "x" } }, { action: "create" }],
    ["renews at the day named", { now: new Date(335 * dayMs) }, { action: "create" }],
    ["does not renew before", { now: new Date(335 * dayMs - 1) }, { action: "keep", key: good }],
  ];
  for (const [name, change, plan] of plans) {
    it(name, () => assert.deepEqual(planCertificate(situation(change)), plan));
  }

  const conditions: [string, Partial<CertificateSituation>, object][] = [
    ["nothing", {}, {}],
    ["a revocation", { published: [{ ...onChain, state: "revoked" }] }, { state: "revoked" }],
    ["a chain that lacks it", { published: [] }, { state: "missing" }],
    ["a missing Secret", { active: undefined }, { key: "missing" }],
    [
      "a missing Secret and a revocation",
      { active: undefined, published: [{ ...onChain, state: "revoked" }] },
      { key: "missing", state: "revoked" },
    ],
    [
      "a missing Secret, with other certificates on chain",
      { active: undefined, published: [{ ...onChain, serial: "0", state: "revoked" }, onChain] },
      { key: "missing" },
    ],
    ["everything missing", { active: undefined, published: [] }, { key: "missing", state: "missing" }],
    ["another wallet's seal", { active: { ...good, opens: false } }, { key: "not decryptable" }],
    [
      "an exchanged certificate",
      { active: { ...good, fingerprint: "x" } },
      { key: "not the one on chain", state: "missing" },
    ],
    ["the coming expiry", { now: new Date(340 * dayMs) }, { renewal: "due" }],
    ["another host", { active: { ...good, hosts: ["a", "b"] } }, { host: "a, b" }],
  ];
  for (const [name, change, fields] of conditions) {
    it(`tells by field: ${name}`, () =>
      assert.deepEqual(certificateCondition(situation(change), "1"), {
        ...soundCertificate,
        host,
        ...fields,
      }));
  }

  it("revokes nothing while the certificate to keep is not valid", () => {
    const two = [onChain, { ...onChain, serial: "2" }];
    assert.deepEqual(supersededSerials(two, [host], "2"), ["1"]);
    assert.deepEqual(supersededSerials(two, [host], "3"), []);
    assert.deepEqual(supersededSerials([{ ...onChain, state: "revoked" }], [host], "1"), []);
  });

  it("revokes those for the former host too, and for no other", () => {
    const renamed = { ...onChain, serial: "2", hosts: ["gpu.example.com"] };
    const foreign = { ...onChain, serial: "3", hosts: ["other.example.com"] };
    const all = [onChain, renamed, foreign];
    assert.deepEqual(supersededSerials(all, ["gpu.example.com", host], "2"), ["1"]);
    assert.deepEqual(supersededSerials(all, ["gpu.example.com"], "2"), []);
  });

  it("names valid certificates in the order of their serials", () => {
    const several = ["3", "1", "2"].map((serial) => ({ ...onChain, serial }));
    assert.deepEqual(validFor(several, [host]), ["1", "2", "3"]);
  });
});
