import {
  QuerySpendableBalancesRequest,
  QuerySpendableBalancesResponse,
} from "cosmjs-types/cosmos/bank/v1beta1/query";
import type { Query } from "./queries.ts";

/** What an account can spend, by denomination. Apart from Akash's queries, whose messages are many files to load. */
export function balancesQuery(address: string): Query<Record<string, bigint>> {
  const request = QuerySpendableBalancesRequest.fromPartial({ address });
  return {
    path: "/cosmos.bank.v1beta1.Query/SpendableBalances",
    data: QuerySpendableBalancesRequest.encode(request).finish(),
    decode: (value) =>
      Object.fromEntries(
        QuerySpendableBalancesResponse.decode(value).balances.map(({ denom, amount }) => [
          denom,
          BigInt(amount),
        ]),
      ),
  };
}
