import assert from "node:assert/strict";
import fc from "fast-check";
import { afterEach, beforeEach, describe, it } from "mocha";
import { openChain } from "../../../components/chain/client.ts";
import { formatAmount } from "../../../components/chain/coins.ts";
import { InsufficientFunds, NoUsableEndpoint } from "../../../components/chain/errors.ts";
import { describeFunding, fundingPlan, waitForFunds } from "../../../components/chain/funding.ts";
import type { ChainClient } from "../../../components/chain/types.ts";
import type { ScriptedChain } from "../../support/scriptedChain/index.ts";
import { addCoins } from "../../support/scriptedChain/state.ts";
import { startOwnChain } from "./ownChain.ts";

const address = "akash19rl4cm2hmr8afy4kldpxz3fka4jguq0a3mq6x0";
const amounts = fc.bigInt({ min: 0n, max: 10n ** 13n });

/** A chain that answers with these balances, one after the other, the last one for ever. */
function chainWith(...balances: Record<string, bigint>[]): Pick<ChainClient, "balances" | "recheck"> {
  let asked = 0;
  const balancesNow = async () => balances[Math.min(asked++, balances.length - 1)] ?? {};
  return { balances: balancesNow, recheck: async () => {} };
}

describe("the funding plan", () => {
  it("adds up registering, each open bid's deposit and a reserve", () => {
    const plan = fundingPlan({ gasPrice: "0.025uakt", openBids: 3, available: 1_000_000n });
    assert.deepEqual(plan, {
      denom: "uakt",
      items: [
        { purpose: "registering (transaction fee)", amount: 6_250n },
        { purpose: "deposits of 3 open bids at 0.5 AKT", amount: 1_500_000n },
        { purpose: "reserve for fees", amount: 1_000_000n },
      ],
      total: 2_506_250n,
      available: 1_000_000n,
      missing: 1_506_250n,
    });
  });

  it("leaves out what takes nothing", () => {
    const plan = fundingPlan({ gasPrice: "0.025uakt", openBids: 0, reserve: 0n, available: 0n });
    assert.deepEqual(plan.items.length, 1);
    const one = fundingPlan({ gasPrice: "0uakt", openBids: 1, available: 0n });
    assert.deepEqual(one.items[0], { purpose: "deposits of 1 open bid at 0.5 AKT", amount: 500_000n });
  });

  it("is the fee of a change where the provider is registered", () => {
    const needs = { gasPrice: "0.025uakt", openBids: 0, reserve: 0n, available: 0n };
    const { items } = fundingPlan({ ...needs, registered: true });
    assert.deepEqual(items, [
      { purpose: "changing record or certificate (transaction fee)", amount: 6_250n },
    ]);
  });

  it("misses exactly what the wallet lacks", () => {
    fc.assert(
      fc.property(fc.nat(50), amounts, amounts, amounts, (openBids, bidDeposit, reserve, available) => {
        const plan = fundingPlan({ gasPrice: "0.025uakt", openBids, bidDeposit, reserve, available });
        assert.equal(plan.total, 6_250n + bidDeposit * BigInt(openBids) + reserve);
        assert.ok(plan.missing >= 0n && available + plan.missing >= plan.total);
        if (plan.missing > 0n) assert.equal(available + plan.missing, plan.total);
      }),
    );
  });

  it("shows each purpose, the address and its QR code when money is missing", async () => {
    const plan = fundingPlan({ gasPrice: "0.025uakt", openBids: 3, available: 1_000_000n });
    const text = await describeFunding(plan, address);
    const code = text.slice(text.indexOf(address) + address.length);
    assert.equal(
      text.slice(0, -code.length),
      [
        "  registering (transaction fee)       0.00625 AKT",
        "  deposits of 3 open bids at 0.5 AKT      1.5 AKT",
        "  reserve for fees                          1 AKT",
        "  together                            2.50625 AKT",
        "  in the wallet                             1 AKT",
        "",
        "Send at least 1.50625 AKT to",
        `  ${address}`,
      ].join("\n"),
    );
    // Version 3 with the least correction: 29 modules and a margin of 4 around them, two rows a line.
    const lines = code.split("\n");
    assert.deepEqual([lines.slice(0, 2), lines.at(-1)], [["", ""], ""]);
    assert.equal(lines.filter((line) => line.length === 37).length, 19);
    assert.match(code, /^[▀▄█ \n]+$/);
  });

  it("shows no QR code when there is enough", async () => {
    const plan = fundingPlan({ gasPrice: "0.025uakt", openBids: 1, available: 10_000_000n });
    const text = await describeFunding(plan, address);
    assert.match(text, /in the wallet +10 AKT\n\nThe wallet holds enough\./);
    assert.doesNotMatch(text, /[▀▄█]|akash1/);
  });

  it("writes amounts in the unit people use", () => {
    assert.equal(formatAmount(0n, "uakt"), "0 AKT");
    assert.equal(formatAmount(1n, "uakt"), "0.000001 AKT");
    assert.equal(formatAmount(1_500_000n, "uakt"), "1.5 AKT");
    assert.equal(formatAmount(12_000_000n, "uact"), "12 ACT");
    for (const denom of ["ibc/AB", "xuakt", "uakt2", "uak"]) {
      assert.equal(formatAmount(7n, denom), `7 ${denom}`);
    }
    fc.assert(
      fc.property(amounts, (amount) => {
        const [whole = "", fraction = ""] = formatAmount(amount, "uakt").replace(" AKT", "").split(".");
        assert.equal(BigInt(whole + fraction.padEnd(6, "0")), amount);
      }),
    );
  });
});

describe("waiting for funds", () => {
  it("ends when they are there, and tells what it sees", async () => {
    const seen: bigint[] = [];
    const chain = chainWith({}, { uakt: 4n }, { uakt: 9n });
    const options = { pollMs: 1, onBalance: (available: bigint) => seen.push(available) };
    assert.equal(await waitForFunds(chain, address, { amount: 5n, denom: "uakt" }, options), 9n);
    assert.deepEqual(seen, [0n, 4n, 9n]);
    const exactly = chainWith({ uakt: 5n });
    assert.equal(await waitForFunds(exactly, address, { amount: 5n, denom: "uakt" }, { timeoutMs: 0 }), 5n);
  });

  it("says what is missing when the time is up", async () => {
    const waiting = waitForFunds(
      chainWith({ uakt: 4n }),
      address,
      { amount: 5n, denom: "uakt" },
      { timeoutMs: 0 },
    );
    await assert.rejects(waiting, InsufficientFunds);
  });

  describe("on a chain", () => {
    let chain: ScriptedChain;

    beforeEach(async () => {
      chain = await startOwnChain(4, address);
    });
    afterEach(() => chain.stop());

    const arrive = () => chain.edit((state) => addCoins(state, address, "uakt", 5n));
    const needed = { amount: 9n, denom: "uakt" };

    it("goes on while no endpoint answers, and says so once", async () => {
      const connection = await openChain(chain.network);
      const troubles: string[] = [];
      let looks = 0;
      const onTrouble = ({ message }: Error) => {
        troubles.push(message);
        arrive();
        setTimeout(() => chain.heal(), 100);
      };
      const onBalance = () => {
        chain.faults.refuseConnections = ++looks === 2;
      };
      const waiting = waitForFunds(connection, address, needed, { pollMs: 1, onBalance, onTrouble });
      assert.equal(await waiting, 9n);
      assert.equal(looks, 3);
      assert.equal(troubles.length, 1);
      assert.match(troubles[0] ?? "", /No RPC endpoint of own-\S+ is usable/);
    });

    it("ends with the chain's own error when that never answered in time", async () => {
      const connection = await openChain(chain.network);
      chain.faults.refuseConnections = true;
      const waiting = waitForFunds(connection, address, needed, { timeoutMs: 30, pollMs: 1 });
      await assert.rejects(waiting, NoUsableEndpoint);
    });

    it("leaves an endpoint that stalls and still answers", async () => {
      const other = await chain.addNode();
      const rpc = [...chain.network.rpc, other.endpoint];
      const connection = await openChain({ ...chain.network, rpc });
      chain.faults.lagSeconds = 60;
      const onBalance = () => {
        if (connection.endpoint === other.endpoint) arrive();
      };
      assert.equal(await waitForFunds(connection, address, needed, { pollMs: 1, onBalance }), 9n);
      assert.equal(connection.endpoint, other.endpoint);
      assert.equal(chain.requests.get("abci_query"), 9, "looks of half a minute, then it was left");
    });
  });

  it("can be called off", async () => {
    const signal = AbortSignal.abort();
    const waiting = waitForFunds(chainWith({}), address, { amount: 5n, denom: "uakt" }, { signal });
    await assert.rejects(waiting, { name: "AbortError" });
  });
});
