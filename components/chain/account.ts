import { accountFromAny } from "@cosmjs/stargate";
import { QueryAccountRequest, QueryAccountResponse } from "cosmjs-types/cosmos/auth/v1beta1/query";
import type { ChainConnection } from "./client.ts";
import type { Query } from "./queries.ts";
import type { Account } from "./transaction.ts";

/** Number and sequence as of the newest block; undefined for an address that never received anything. */
export function readAccount(chain: ChainConnection, address: string): Promise<Account | undefined> {
  return chain.find(accountQuery(address));
}

function accountQuery(address: string): Query<Account> {
  return {
    path: "/cosmos.auth.v1beta1.Query/Account",
    data: QueryAccountRequest.encode({ address }).finish(),
    decode: (value) => {
      const { account } = QueryAccountResponse.decode(value);
      if (!account) throw new Error(`the chain described no account for ${address}`);
      const { accountNumber, sequence } = accountFromAny(account);
      return { accountNumber, sequence };
    },
  };
}
