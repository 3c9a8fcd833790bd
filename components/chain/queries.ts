import {
  Cert_State,
  QueryCertificatesRequest,
  QueryCertificatesResponse,
  QueryProviderAttributesRequest,
  QueryProvidersResponse,
} from "@akashnetwork/chain-sdk/private-types/akash.v1";
import {
  QueryProviderRequest,
  QueryProviderResponse,
} from "@akashnetwork/chain-sdk/private-types/akash.v1beta4";
import { generations } from "./generations.ts";
import type { AuditorSignature, CertificateRecord, Generation, ProviderRecord } from "./types.ts";

/** A query of the application: where it is sent, what is sent, and how its answer reads. */
export interface Query<Result> {
  readonly path: string;
  readonly data: Uint8Array;
  decode(value: Uint8Array): Result;
}

/** More than any wallet holds; one page is one request. */
const pageLimit = 1000;

export function providerQuery(generation: Generation, owner: string): Query<ProviderRecord> {
  return {
    path: `/${generations[generation].provider}.Query/Provider`,
    data: QueryProviderRequest.encode(QueryProviderRequest.fromPartial({ owner })).finish(),
    decode: (value) => {
      const { provider } = QueryProviderResponse.decode(value);
      return {
        owner: provider?.owner ?? owner,
        hostUri: provider?.hostUri ?? "",
        attributes: (provider?.attributes ?? []).map(({ key, value: text }) => ({ key, value: text })),
        email: provider?.info?.email ?? "",
        website: provider?.info?.website ?? "",
      };
    },
  };
}

export function certificatesQuery(generation: Generation, owner: string): Query<CertificateRecord[]> {
  const request = { filter: { owner }, pagination: { limit: pageLimit } };
  return {
    path: `/${generations[generation].certificate}.Query/Certificates`,
    data: QueryCertificatesRequest.encode(QueryCertificatesRequest.fromPartial(request)).finish(),
    decode: (value) =>
      QueryCertificatesResponse.decode(value).certificates.map(({ serial, certificate }) => ({
        serial,
        state: certificate?.state === Cert_State.valid ? "valid" : "revoked",
        certificatePem: Buffer.from(certificate?.cert ?? []).toString(),
        publicKeyPem: Buffer.from(certificate?.pubkey ?? []).toString(),
      })),
  };
}

/** The auditors who signed a provider's attributes, and which attributes each signed. */
export function auditQuery(generation: Generation, owner: string): Query<AuditorSignature[]> {
  const request = { owner, pagination: { limit: pageLimit } };
  return {
    path: `/${generations[generation].audit}.Query/ProviderAttributes`,
    data: QueryProviderAttributesRequest.encode(QueryProviderAttributesRequest.fromPartial(request)).finish(),
    decode: (value) =>
      QueryProvidersResponse.decode(value).providers.map(({ auditor, attributes }) => ({
        auditor,
        attributes: attributes.map(({ key, value: text }) => ({ key, value: text })),
      })),
  };
}
