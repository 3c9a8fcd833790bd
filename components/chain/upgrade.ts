import { QueryCurrentPlanRequest, QueryCurrentPlanResponse } from "cosmjs-types/cosmos/upgrade/v1beta1/query";
import type { ChainConnection } from "./client.ts";
import type { Query } from "./queries.ts";

/** An upgrade that the chain's governance has decided. */
export interface AnnouncedUpgrade {
  /** Name under which it was voted on, for example `v2.1.0`. */
  readonly name: string;
  /** The chain halts before this block, until its nodes run the new release. */
  readonly height: number;
  /** When that is at the pace of the latest blocks; undefined where the pace cannot be told. */
  readonly expected: Date | undefined;
}

/** Blocks over which the pace is measured, about an hour of the public networks. */
const PACE_BLOCKS = 600;

/** The upgrade that is due next (`x/upgrade`, the same in all generations). */
export const currentPlanQuery: Query<Omit<AnnouncedUpgrade, "expected"> | undefined> = {
  path: "/cosmos.upgrade.v1beta1.Query/CurrentPlan",
  data: QueryCurrentPlanRequest.encode(QueryCurrentPlanRequest.fromPartial({})).finish(),
  decode(value) {
    const { plan } = QueryCurrentPlanResponse.decode(value);
    return plan === undefined ? undefined : { name: plan.name, height: Number(plan.height) };
  },
};

/**
 * The upgrade a chain has announced, and about when it is. One request where none is announced.
 *
 * @throws the typed errors of the connection
 */
export async function announcedUpgrade(
  chain: Pick<ChainConnection, "query" | "rpc" | "latestBlock">,
): Promise<AnnouncedUpgrade | undefined> {
  const plan = await chain.query(currentPlanQuery);
  if (plan === undefined) return undefined;
  const latest = await chain.latestBlock();
  if (plan.height <= latest.height) return undefined;
  const earlier = await blockTime(chain, Math.max(1, latest.height - PACE_BLOCKS)).catch(() => undefined);
  return { ...plan, expected: earlier && expectedTime(plan.height, latest, earlier) };
}

interface Block {
  readonly height: number;
  readonly time: Date;
}

/** When a height is reached at the pace between two blocks; undefined where there is none. */
export function expectedTime(height: number, latest: Block, earlier: Block): Date | undefined {
  const blocks = latest.height - earlier.height;
  const elapsed = latest.time.getTime() - earlier.time.getTime();
  if (blocks <= 0 || elapsed <= 0) return undefined;
  return new Date(latest.time.getTime() + ((height - latest.height) * elapsed) / blocks);
}

async function blockTime(chain: Pick<ChainConnection, "rpc">, height: number): Promise<Block> {
  const { block } = (await chain.rpc("block", { height: String(height) })) as {
    readonly block: { readonly header: { readonly time: string } };
  };
  return { height, time: new Date(block.header.time) };
}
