import assert from "node:assert/strict";
import { QueryCurrentPlanResponse } from "cosmjs-types/cosmos/upgrade/v1beta1/query";
import { describe, it } from "mocha";
import { describeUpgrade } from "../../../commands/versions.ts";
import { announcedUpgrade, currentPlanQuery, expectedTime } from "../../../components/chain/upgrade.ts";

const NOW = new Date("2026-11-20T12:00:00Z");
const plan = (name: string, height: number) =>
  QueryCurrentPlanResponse.encode(
    QueryCurrentPlanResponse.fromPartial({ plan: { name, height: BigInt(height) } }),
  ).finish();

/** A chain that made a block every six seconds until now. */
function chain(answer: Uint8Array, height = 1_000_000) {
  const asked: string[] = [];
  return {
    asked,
    query: async <T>(query: { path: string; decode(value: Uint8Array): T }) => {
      asked.push(query.path);
      return query.decode(answer);
    },
    latestBlock: async () => ({ chainId: "akashnet-2", catchingUp: false, height, time: NOW, txIndex: true }),
    rpc: async (method: string, params: Readonly<Record<string, unknown>>) => {
      asked.push(method);
      const time = new Date(NOW.getTime() - (height - Number(params["height"])) * 6000);
      return { block: { header: { time: time.toISOString() } } };
    },
  };
}

describe("an announced upgrade of the chain", () => {
  it("is none where the chain names none: one request", async () => {
    const quiet = chain(QueryCurrentPlanResponse.encode(QueryCurrentPlanResponse.fromPartial({})).finish());
    assert.equal(await announcedUpgrade(quiet), undefined);
    assert.deepEqual(quiet.asked, [currentPlanQuery.path]);
  });

  it("is read with its name, its block and about when it comes", async () => {
    assert.deepEqual(await announcedUpgrade(chain(plan("v2.1.0", 1_014_400))), {
      name: "v2.1.0",
      height: 1_014_400,
      expected: new Date("2026-11-21T12:00:00Z"),
    });
  });

  it("is over once its block is there", async () => {
    assert.equal(await announcedUpgrade(chain(plan("v2.1.0", 1_000_000))), undefined);
  });

  it("has no time where the chain's pace cannot be told", async () => {
    const young = chain(plan("v2.1.0", 10), 1);
    assert.equal((await announcedUpgrade(young))?.expected, undefined);
    const forgetful = { ...chain(plan("v2.1.0", 1_014_400)), rpc: () => Promise.reject(new Error("pruned")) };
    assert.equal((await announcedUpgrade(forgetful))?.expected, undefined);
    assert.equal(expectedTime(10, { height: 5, time: NOW }, { height: 1, time: NOW }), undefined);
  });

  it("is told with what the site needs for it", () => {
    const told = (name: string, provider: string, expected?: Date) =>
      describeUpgrade({ name, height: 5, expected }, "akashnet-2", provider, NOW);
    assert.equal(
      told("v2.1.0", "0.16.2", new Date("2026-11-23T12:10:00Z")),
      "The chain akashnet-2 upgrades to v2.1.0 at block 5, about 2026-11-23 12:10 UTC (in 3 days). This site's provider 0.16.2 speaks it: nothing is left to do.",
    );
    assert.match(
      told("v2.1.0", "0.13.0", new Date("2026-11-21T06:00:00Z")),
      /\(in 18 hours\)\. It needs provider 0\.14\.0/,
    );
    assert.match(told("v9.0.0", "0.16.2"), /at block 5\. Which provider it needs is not known/);
  });
});
