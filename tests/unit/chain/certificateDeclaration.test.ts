import assert from "node:assert/strict";
import { describe, it } from "mocha";
import {
  type CertificateState,
  certificateInputs,
  certificateProblems,
  changedCertificateFields,
} from "../../../components/chain/certificateDeclaration.ts";
import { handler } from "../../../components/chain/certificateProvider.ts";
import { publishedCertificates } from "../../../components/chain/certificateRecords.ts";
import { handler as revocationHandler } from "../../../components/chain/certificateRevocationProvider.ts";
import { makeCertificate } from "../scriptedChain/certificate.ts";

const network = { chainId: "chain-1", rpc: ["http://127.0.0.1:1"], gasPrice: "0.025uakt" };
const declaration = {
  network,
  wallet: { mnemonicEnv: "WORDS" },
  owner: "akash1owner",
  host: "provider.example.com",
  cluster: { kubeconfigPath: "kubeconfig" },
  validDays: 365,
  renewBeforeDays: 30,
};
const now = new Date("2026-06-01T00:00:00Z");
const state: CertificateState = {
  ...certificateInputs(declaration),
  chainId: "chain-1",
  serial: "1",
  notBefore: "2026-01-01T00:00:00.000Z",
  notAfter: "2027-01-01T00:00:00.000Z",
  fingerprint: "AB",
  secretName: "akash-provider-certificate",
};

describe("certificate declaration", () => {
  it("keeps declared fields only, and wishes for a sound certificate", async () => {
    const { inputs } = await checked({ ...declaration, __provider: "code", serial: "7", state: "revoked" });
    assert.deepEqual(inputs, {
      ...declaration,
      state: "valid",
      key: "in place",
      renewal: "not due",
    });
  });

  const problems: [string, object, string, RegExp][] = [
    ["a URI", { host: "https://provider.example.com" }, "host", /is no host/],
    ["a port", { host: "provider.example.com:8443" }, "host", /is no host/],
    ["a path", { host: "provider.example.com/" }, "host", /is no host/],
    ["a user", { host: "me@provider.example.com" }, "host", /is no host/],
    ["no validity", { validDays: 0, renewBeforeDays: 0 }, "validDays", /positive/],
    ["a renewal that is always due", { renewBeforeDays: 365 }, "renewBeforeDays", /every run/],
    ["a renewal after the end", { renewBeforeDays: -1 }, "renewBeforeDays", /not within/],
  ];
  for (const [name, change, property, reason] of problems) {
    it(`refuses ${name}`, () => {
      const [first] = certificateProblems(certificateInputs({ ...declaration, ...change }));
      assert.equal(first?.property, property);
      assert.match(first?.reason ?? "", reason);
    });
  }

  it("takes a renewal at the very end", () => {
    assert.deepEqual(certificateProblems(certificateInputs({ ...declaration, renewBeforeDays: 0 })), []);
  });

  for (const host of ["provider.example.com", "203.0.113.7", "localhost"]) {
    it(`takes ${host} as a host`, () =>
      assert.deepEqual(certificateProblems(certificateInputs({ ...declaration, host })), []));
  }

  it("sees no change in what was just deployed", () => {
    assert.deepEqual(changedCertificateFields(state, certificateInputs(declaration), now), []);
  });

  it("names each field that changed in the declaration or in the world", () => {
    const news = certificateInputs({ ...declaration, host: "gpu.example.com", validDays: 90 });
    const olds: CertificateState = { ...state, state: "revoked", key: "missing" };
    assert.deepEqual(changedCertificateFields(olds, news, now), ["host", "validDays", "state", "key"]);
  });

  it("sees the renewal come due without reading anything back", () => {
    const news = certificateInputs(declaration);
    assert.deepEqual(changedCertificateFields(state, news, new Date("2026-12-02T00:00:00Z")), ["renewal"]);
    const earlier = certificateInputs({ ...declaration, renewBeforeDays: 300 });
    assert.deepEqual(changedCertificateFields(state, earlier, now), ["renewBeforeDays", "renewal"]);
  });

  it("replaces for another owner or chain, not for another endpoint", async () => {
    const replaces = async (change: object) =>
      (await handler().diff?.("id", state, certificateInputs({ ...declaration, ...change })))?.replaces;
    assert.deepEqual(await replaces({ owner: "akash1other" }), ["owner"]);
    assert.deepEqual(await replaces({ network: { ...network, chainId: "chain-2" } }), ["network"]);
    assert.deepEqual(await replaces({ network: { ...network, rpc: ["http://127.0.0.1:2"] } }), []);
    assert.deepEqual(await replaces({ host: "gpu.example.com" }), []);
  });

  it("reads what matters of the certificates on chain, also of odd ones", async () => {
    const { certificate } = await makeCertificate("anybody");
    const record = { serial: "10", state: "valid" as const, publicKeyPem: "" };
    const [plain, broken] = publishedCertificates([
      { ...record, certificatePem: certificate.toString() },
      { ...record, certificatePem: "broken" },
    ]);
    assert.deepEqual(plain?.hosts, []);
    assert.match(plain?.fingerprint ?? "", /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    assert.deepEqual(broken, { serial: "10", state: "valid", hosts: [], fingerprint: "" });
  });

  async function checked(news: object): Promise<{ inputs?: unknown }> {
    const check = handler().check;
    assert.ok(check);
    return check({}, news);
  }
});

describe("certificate revocation", () => {
  const declared = { network, wallet: declaration.wallet, owner: "akash1owner", host: "h", keep: "2" };

  it("wishes that nothing superseded be valid", async () => {
    const result = await revocationHandler().check?.({}, { ...declared, superseded: ["1"], __provider: "" });
    assert.deepEqual(result?.inputs, { ...declared, superseded: [] });
  });

  it("acts when another certificate is kept or a superseded one is seen", async () => {
    const changes = async (olds: object) =>
      (
        await revocationHandler().diff?.(
          "id",
          { ...declared, superseded: [], ...olds },
          {
            ...declared,
            superseded: [],
          },
        )
      )?.changes;
    assert.equal(await changes({}), false);
    assert.equal(await changes({ keep: "1" }), true);
    assert.equal(await changes({ superseded: ["1"] }), true);
  });
});
