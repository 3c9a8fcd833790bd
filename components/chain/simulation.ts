import { SimulateRequest, SimulateResponse } from "cosmjs-types/cosmos/tx/v1beta1/service";
import type { ChainConnection } from "./client.ts";
import { QueryRefused, TransactionRefused } from "./errors.ts";
import { isUnknownPath } from "./generations.ts";
import type { Query } from "./queries.ts";

/**
 * Gas that a transaction would use now.
 *
 * The application's own `/app/simulate` keeps the codes of errors; the gRPC service of the same name wraps
 * them into text, and nodes that serve neither gRPC nor REST lack it. It is asked where the first is missing.
 *
 * @throws TransactionRefused at stage `simulation` when the transaction would fail
 */
export async function simulate(chain: ChainConnection, transaction: Uint8Array): Promise<bigint> {
  try {
    return await chain.query(applicationQuery(transaction)).catch((error: unknown) => {
      if (error instanceof QueryRefused && isUnknownPath(error))
        return chain.query(serviceQuery(transaction));
      throw error;
    });
  } catch (error) {
    throw error instanceof QueryRefused ? new TransactionRefused("simulation", error) : error;
  }
}

function applicationQuery(transaction: Uint8Array): Query<bigint> {
  return {
    path: "/app/simulate",
    data: transaction,
    decode: (value) => {
      const answer = JSON.parse(Buffer.from(value).toString()) as { gas_info: { gas_used: string } };
      return BigInt(answer.gas_info.gas_used);
    },
  };
}

function serviceQuery(txBytes: Uint8Array): Query<bigint> {
  return {
    path: "/cosmos.tx.v1beta1.Service/Simulate",
    data: SimulateRequest.encode(SimulateRequest.fromPartial({ txBytes })).finish(),
    decode: (value) => SimulateResponse.decode(value).gasInfo?.gasUsed ?? 0n,
  };
}
