import {
  QueryProvidersResponse as AuditResponse,
  Cert_State,
  QueryCertificatesRequest,
  QueryCertificatesResponse,
  QueryProviderAttributesRequest,
} from "@akashnetwork/chain-sdk/private-types/akash.v1";
import {
  QueryProviderRequest,
  QueryProviderResponse,
  QueryProvidersResponse,
} from "@akashnetwork/chain-sdk/private-types/akash.v1beta4";
import { BaseAccount } from "cosmjs-types/cosmos/auth/v1beta1/auth";
import { QueryAccountRequest, QueryAccountResponse } from "cosmjs-types/cosmos/auth/v1beta1/query";
import {
  QueryAllBalancesRequest,
  QueryAllBalancesResponse,
  QueryBalanceRequest,
  QueryBalanceResponse,
  QuerySpendableBalancesResponse,
} from "cosmjs-types/cosmos/bank/v1beta1/query";
import { ConfigResponse } from "cosmjs-types/cosmos/base/node/v1beta1/query";
import { PubKey } from "cosmjs-types/cosmos/crypto/secp256k1/keys";
import { QueryCurrentPlanResponse } from "cosmjs-types/cosmos/upgrade/v1beta1/query";
import { sdkErrors } from "./errors.ts";
import { marketQueries } from "./marketQueries.ts";
import type { ChainState, StoredProvider } from "./state.ts";

type Query = (state: ChainState, data: Uint8Array, minGasPrice: string) => Uint8Array;

/** Of the module that came with this generation. That it is served is all that is asked of it: the answer is empty. */
export const bmeParams = "/akash.bme.v1.Query/Params";

/** gRPC queries by path, as a node of this generation answers them through `abci_query`. */
export const queries: ReadonlyMap<string, Query> = new Map<string, Query>([
  ["/cosmos.auth.v1beta1.Query/Account", account],
  ["/cosmos.bank.v1beta1.Query/Balance", balance],
  ["/cosmos.bank.v1beta1.Query/AllBalances", allBalances],
  ["/cosmos.bank.v1beta1.Query/SpendableBalances", spendableBalances],
  ["/cosmos.base.node.v1beta1.Service/Config", nodeConfig],
  ["/cosmos.upgrade.v1beta1.Query/CurrentPlan", currentPlan],
  ["/akash.provider.v1beta4.Query/Provider", provider],
  ["/akash.provider.v1beta4.Query/Providers", providers],
  ["/akash.cert.v1.Query/Certificates", certificates],
  ["/akash.audit.v1.Query/ProviderAttributes", audits],
  [bmeParams, () => new Uint8Array()],
  ...marketQueries,
]);

/** What a node says to a path that it does not serve. */
export const unknownPath = "unknown query path";

/** @throws ChainError; sdk/6 for a path of another generation */
export function query(
  state: ChainState,
  path: string,
  data: Uint8Array,
  minimumGasPrice: string,
): Uint8Array {
  const answer = queries.get(path);
  if (answer === undefined) throw sdkErrors.unknownRequest(unknownPath);
  return answer(state, data, minimumGasPrice);
}

function account({ accounts }: ChainState, data: Uint8Array): Uint8Array {
  const { address } = QueryAccountRequest.decode(data);
  const found = accounts.get(address);
  if (found === undefined) {
    throw sdkErrors.keyNotFound(`rpc error: code = NotFound desc = account ${address} not found`);
  }
  const value = BaseAccount.encode(
    BaseAccount.fromPartial({
      address,
      accountNumber: found.accountNumber,
      sequence: found.sequence,
      ...(found.publicKey === undefined
        ? {}
        : {
            pubKey: {
              typeUrl: "/cosmos.crypto.secp256k1.PubKey",
              value: PubKey.encode({ key: found.publicKey }).finish(),
            },
          }),
    }),
  ).finish();
  return QueryAccountResponse.encode({
    account: { typeUrl: "/cosmos.auth.v1beta1.BaseAccount", value },
  }).finish();
}

function coinsOf({ accounts }: ChainState, address: string) {
  return [...(accounts.get(address)?.balances ?? [])]
    .filter(([, amount]) => amount > 0n)
    .map(([denom, amount]) => ({ denom, amount: amount.toString() }))
    .sort((a, b) => (a.denom < b.denom ? -1 : 1));
}

function balance(state: ChainState, data: Uint8Array): Uint8Array {
  const { address, denom } = QueryBalanceRequest.decode(data);
  const amount = state.accounts.get(address)?.balances.get(denom) ?? 0n;
  return QueryBalanceResponse.encode({ balance: { denom, amount: amount.toString() } }).finish();
}

function allBalances(state: ChainState, data: Uint8Array): Uint8Array {
  const { address } = QueryAllBalancesRequest.decode(data);
  return QueryAllBalancesResponse.encode({ balances: coinsOf(state, address) }).finish();
}

function spendableBalances(state: ChainState, data: Uint8Array): Uint8Array {
  const { address } = QueryAllBalancesRequest.decode(data);
  return QuerySpendableBalancesResponse.encode({ balances: coinsOf(state, address) }).finish();
}

function nodeConfig(_state: ChainState, _data: Uint8Array, minimumGasPrice: string): Uint8Array {
  return ConfigResponse.encode(ConfigResponse.fromPartial({ minimumGasPrice })).finish();
}

function currentPlan({ upgrade }: ChainState): Uint8Array {
  const plan = upgrade && { name: upgrade.name, height: BigInt(upgrade.height) };
  return QueryCurrentPlanResponse.encode(QueryCurrentPlanResponse.fromPartial({ plan })).finish();
}

function toMessage({ owner, hostUri, attributes, email, website }: StoredProvider) {
  return { owner, hostUri, attributes, info: { email, website } };
}

function provider(state: ChainState, data: Uint8Array): Uint8Array {
  const { owner } = QueryProviderRequest.decode(data);
  const found = state.providers.get(owner);
  if (found === undefined) throw sdkErrors.keyNotFound("invalid provider: address not found");
  return QueryProviderResponse.encode(
    QueryProviderResponse.fromPartial({ provider: toMessage(found) }),
  ).finish();
}

function providers(state: ChainState): Uint8Array {
  return QueryProvidersResponse.encode(
    QueryProvidersResponse.fromPartial({ providers: [...state.providers.values()].map(toMessage) }),
  ).finish();
}

function certificates(state: ChainState, data: Uint8Array): Uint8Array {
  const { filter } = QueryCertificatesRequest.decode(data);
  const wanted = filter?.state ?? "";
  if (wanted !== "" && wanted !== "valid" && wanted !== "revoked") {
    throw sdkErrors.invalidRequest("rpc error: code = InvalidArgument desc = invalid state value");
  }
  const found = [...state.certificates.values()]
    .filter(({ owner }) => !filter?.owner || owner === filter.owner)
    .filter(({ serial }) => !filter?.serial || serial === filter.serial)
    .filter((certificate) => wanted === "" || certificate.state === wanted)
    .sort((a, b) => (a.state === b.state ? 0 : a.state === "valid" ? -1 : 1));
  return QueryCertificatesResponse.encode(
    QueryCertificatesResponse.fromPartial({
      certificates: found.map(({ serial, ...certificate }) => ({
        serial,
        certificate: {
          state: Cert_State[certificate.state],
          cert: certificate.certificate,
          pubkey: certificate.publicKey,
        },
      })),
      pagination: { total: found.length },
    }),
  ).finish();
}

function audits(state: ChainState, data: Uint8Array): Uint8Array {
  const { owner } = QueryProviderAttributesRequest.decode(data);
  const found = state.audits.filter((audit) => audit.owner === owner);
  return AuditResponse.encode(AuditResponse.fromPartial({ providers: found })).finish();
}
