import assert from "node:assert/strict";
import {
  MsgCreateCertificate,
  MsgRevokeCertificate,
  QueryCertificatesRequest,
  QueryCertificatesResponse,
  QueryProviderAttributesRequest,
  QueryProvidersResponse,
} from "@akashnetwork/chain-sdk/private-types/akash.v1";
import {
  MsgCreateProvider,
  QueryProviderRequest,
  QueryProviderResponse,
} from "@akashnetwork/chain-sdk/private-types/akash.v1beta4";
import {
  QuerySpendableBalancesRequest,
  QuerySpendableBalancesResponse,
} from "cosmjs-types/cosmos/bank/v1beta1/query";
import fc from "fast-check";
import { describe, it } from "mocha";
import { balancesQuery } from "../../../components/chain/balances.ts";
import { encodeMessage } from "../../../components/chain/messages.ts";
import { auditQuery, certificatesQuery, providerQuery } from "../../../components/chain/queries.ts";
import type { ChainMessage, Generation, ProviderRecord } from "../../../components/chain/types.ts";

const record: ProviderRecord = {
  owner: "akash1owner",
  hostUri: "https://provider.example.com:8443",
  attributes: [{ key: "location-region", value: "us-west" }],
  email: "ops@example.com",
  website: "https://example.com",
};

const records: fc.Arbitrary<ProviderRecord> = fc.record({
  owner: fc.string({ minLength: 1 }),
  hostUri: fc.string(),
  attributes: fc.array(fc.record({ key: fc.string(), value: fc.string() })),
  email: fc.string(),
  website: fc.string(),
});

const messages: ChainMessage[] = [
  { type: "createProvider", record },
  { type: "updateProvider", record },
  { type: "createCertificate", owner: record.owner, certificatePem: "CERT\n", publicKeyPem: "KEY\n" },
  { type: "revokeCertificate", owner: record.owner, serial: "42" },
];

const typeUrls: Record<Generation, string[]> = {
  v2: [
    "/akash.provider.v1beta4.MsgCreateProvider",
    "/akash.provider.v1beta4.MsgUpdateProvider",
    "/akash.cert.v1.MsgCreateCertificate",
    "/akash.cert.v1.MsgRevokeCertificate",
  ],
  v1: [
    "/akash.provider.v1beta4.MsgCreateProvider",
    "/akash.provider.v1beta4.MsgUpdateProvider",
    "/akash.cert.v1.MsgCreateCertificate",
    "/akash.cert.v1.MsgRevokeCertificate",
  ],
  "v0.38": [
    "/akash.provider.v1beta3.MsgCreateProvider",
    "/akash.provider.v1beta3.MsgUpdateProvider",
    "/akash.cert.v1beta3.MsgCreateCertificate",
    "/akash.cert.v1beta3.MsgRevokeCertificate",
  ],
};

/** fast-check makes objects without a prototype, which strict equality tells apart. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("messages", () => {
  for (const generation of ["v2", "v1", "v0.38"] as const) {
    it(`name the packages of ${generation}`, () => {
      const urls = messages.map((message) => encodeMessage(generation, message).typeUrl);
      assert.deepEqual(urls, typeUrls[generation]);
    });
  }

  it("have the same bytes in all generations", () => {
    for (const message of messages) {
      const { value } = encodeMessage("v2", message);
      assert.deepEqual(encodeMessage("v0.38", message).value, value);
    }
  });

  it("carry PEM as its own bytes, not as base64", () => {
    const [, , certificate, revocation] = messages.map((one) => encodeMessage("v2", one).value);
    const decoded = MsgCreateCertificate.decode(certificate as Uint8Array);
    assert.equal(Buffer.from(decoded.cert).toString(), "CERT\n");
    assert.equal(Buffer.from(decoded.pubkey).toString(), "KEY\n");
    const { id } = MsgRevokeCertificate.decode(revocation as Uint8Array);
    assert.deepEqual({ owner: id?.owner, serial: id?.serial }, { owner: "akash1owner", serial: "42" });
  });

  it("say what the record says, and a query reads it back", () => {
    fc.assert(
      fc.property(records, (any) => {
        const { value } = encodeMessage("v2", { type: "createProvider", record: any });
        const { owner, hostUri, attributes, info } = MsgCreateProvider.decode(value);
        const answer = { provider: { owner, hostUri, attributes, info } };
        const bytes = QueryProviderResponse.encode(QueryProviderResponse.fromPartial(answer)).finish();
        assert.deepEqual(providerQuery("v2", any.owner).decode(bytes), plain(any));
      }),
    );
  });
});

describe("queries", () => {
  it("go to the packages of the generation", () => {
    assert.equal(providerQuery("v0.38", "a").path, "/akash.provider.v1beta3.Query/Provider");
    assert.equal(certificatesQuery("v0.38", "a").path, "/akash.cert.v1beta3.Query/Certificates");
    assert.equal(auditQuery("v2", "a").path, "/akash.audit.v1.Query/ProviderAttributes");
    assert.equal(balancesQuery("a").path, "/cosmos.bank.v1beta1.Query/SpendableBalances");
  });

  it("ask for one owner, and for as much as there is", () => {
    assert.equal(QueryProviderRequest.decode(providerQuery("v2", "a").data).owner, "a");
    assert.equal(QuerySpendableBalancesRequest.decode(balancesQuery("a").data).address, "a");
    const certificates = QueryCertificatesRequest.decode(certificatesQuery("v2", "a").data);
    const { filter, pagination } = certificates;
    assert.deepEqual([filter?.owner, filter?.state, Number(pagination?.limit)], ["a", "", 1000]);
    const audits = QueryProviderAttributesRequest.decode(auditQuery("v2", "a").data);
    assert.deepEqual([audits.owner, Number(audits.pagination?.limit)], ["a", 1000]);
  });

  it("read an empty answer as an empty record", () => {
    const empty = { owner: "a", hostUri: "", attributes: [], email: "", website: "" };
    assert.deepEqual(providerQuery("v2", "a").decode(new Uint8Array()), empty);
    const bare = QueryProviderResponse.encode(
      QueryProviderResponse.fromPartial({ provider: { owner: "a" } }),
    );
    assert.deepEqual(providerQuery("v2", "a").decode(bare.finish()), empty);
  });

  it("tell valid from revoked certificates", () => {
    const certificate = (state: number) => ({ state, cert: Buffer.from("C"), pubkey: Buffer.from("K") });
    const answer = QueryCertificatesResponse.fromPartial({
      certificates: [
        { serial: "1", certificate: certificate(1) },
        { serial: "2", certificate: certificate(2) },
        { serial: "3" },
      ],
    });
    const read = certificatesQuery("v2", "a").decode(QueryCertificatesResponse.encode(answer).finish());
    assert.deepEqual(read, [
      { serial: "1", state: "valid", certificatePem: "C", publicKeyPem: "K" },
      { serial: "2", state: "revoked", certificatePem: "C", publicKeyPem: "K" },
      { serial: "3", state: "revoked", certificatePem: "", publicKeyPem: "" },
    ]);
  });

  it("read balances and auditors", () => {
    const balances = { balances: [{ denom: "uakt", amount: "9007199254740993" }] };
    const coins = QuerySpendableBalancesResponse.encode(QuerySpendableBalancesResponse.fromPartial(balances));
    assert.deepEqual(balancesQuery("a").decode(coins.finish()), { uakt: 9007199254740993n });
    const audit = { owner: "a", auditor: "b", attributes: [{ key: "tier", value: "community" }] };
    const audits = QueryProvidersResponse.encode(QueryProvidersResponse.fromPartial({ providers: [audit] }));
    assert.deepEqual(auditQuery("v2", "a").decode(audits.finish()), [
      { auditor: "b", attributes: [{ key: "tier", value: "community" }] },
    ]);
  });
});
