import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterEach, beforeEach, describe, it } from "mocha";
import { planFunds, requireFunds } from "../../../commands/funds.ts";
import { type ScriptedChain, startScriptedChain } from "../../support/scriptedChain/index.ts";
import { addCoins } from "../../support/scriptedChain/state.ts";
import { useVirtualTime } from "../chain/virtualTime.ts";
import { address as owner } from "../wallet/wallets.ts";

describe("the funds of a new provider", () => {
  it("are registering, deposits and a reserve", () => {
    const { items, missing } = planFunds(5, "0.025uakt", { uakt: 1_000_000n, uusdc: 9_000_000n });
    assert.deepEqual(items, [
      { purpose: "registering (transaction fee)", amount: 6_250n },
      { purpose: "deposits of 8 open bids at 0.5 AKT", amount: 4_000_000n },
      { purpose: "reserve for fees", amount: 993_750n },
    ]);
    assert.equal(missing, 4_000_000n);
  });

  it("are together what `funding.minBalance` says, and never less than registering takes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000 }), (thousandths) => {
        const { total, items } = planFunds(thousandths / 1000, "0.025uakt", {});
        const declared = BigInt(thousandths) * 1000n;
        assert.equal(total, declared > 6_250n ? declared : 6_250n);
        assert.ok(items.every(({ amount }) => amount > 0n));
      }),
    );
  });
});

describe("requiring funds", () => {
  useVirtualTime();
  let chain: ScriptedChain;
  let told: string[];

  beforeEach(async () => {
    chain = await startScriptedChain({ chainId: `own-${randomUUID()}`, blockIntervalMs: 20 });
    told = [];
  });
  afterEach(() => chain.stop());

  const progress = {
    line: (text: string) => void told.push(text),
    start: (label: string) => ({
      note: () => {},
      done: (text = label) => void told.push(text),
      fail: (text = label) => void told.push(text),
    }),
  };
  const give = (uakt: bigint) => chain.edit((state) => addCoins(state, owner, "uakt", uakt));
  const register = () =>
    chain.edit(({ providers }) => {
      providers.set(owner, { owner, hostUri: "https://a:8443", attributes: [], email: "", website: "" });
    });
  const require = (wait = false) =>
    requireFunds({ network: chain.network, funding: { minBalance: 5 } }, owner, progress, wait);

  it("refuses to start a provider without, and says what it is for", async () => {
    await assert.rejects(require(), (error: Error) => {
      assert.equal(error.name, "WalletShort");
      assert.match(error.message, /to register a provider and to bid; nothing was signed/);
      assert.match(error.message, /deposits of 8 open bids at 0\.5 AKT +4 AKT/);
      return true;
    });
    assert.deepEqual(told, []);
  });

  it("asks nothing of a registered provider that can pay a fee", async () => {
    register();
    give(625n);
    await require();
    assert.deepEqual(told, []);
  });

  it("shows a registered provider that cannot pay a fee where to send what, and lets it go on", async () => {
    register();
    give(600n);
    await require();
    assert.equal(told.length, 1);
    assert.match(told[0] ?? "", /^The wallet holds too little to pay for a change on chain:/);
    assert.match(told[0] ?? "", /changing record or certificate \(transaction fee\) +0\.000625 AKT/);
    assert.match(told[0] ?? "", new RegExp(`Send at least 0\\.000025 AKT to\n {2}${owner}`));
  });

  it("waits for the fee of a registered provider", async () => {
    register();
    const waiting = require(true);
    while (told.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    give(625n);
    await waiting;
    assert.deepEqual(told.slice(1), ["the funds have arrived"]);
  });
});
