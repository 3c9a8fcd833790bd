import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { sendBatch } from "../../../components/chain/batch.ts";
import { InsufficientFunds, TransactionRefused } from "../../../components/chain/errors.ts";
import type { ChainMessage, TransactionReceipt } from "../../../components/chain/types.ts";

const message = (serial: string): ChainMessage => ({ type: "revokeCertificate", owner: "akash1x", serial });
const receipt = (hash: string): TransactionReceipt => ({ hash, height: 1, gasUsed: 1n, fee: "1uakt" });
const refused = (stage: TransactionRefused["stage"], index?: number) =>
  new TransactionRefused(stage, {
    codespace: "cert",
    code: 1,
    log: index === undefined ? "out of luck" : `failed to execute message; message index: ${index}: no`,
  });

/** Runs a batch; the outcome of each item, and the messages of each transaction sent. */
async function run(
  serials: readonly (readonly string[])[],
  send: (messages: readonly ChainMessage[]) => TransactionReceipt,
) {
  const outcomes: (TransactionReceipt | unknown)[] = serials.map(() => undefined);
  const sent: string[][] = [];
  await sendBatch(
    serials.map((own, index) => ({
      messages: own.map(message),
      resolve: (value) => {
        assert.equal(outcomes[index], undefined, "settled once");
        outcomes[index] = value;
      },
      reject: (error) => {
        assert.equal(outcomes[index], undefined, "settled once");
        outcomes[index] = error;
      },
    })),
    async (messages) => {
      sent.push(messages.map((one) => (one.type === "revokeCertificate" ? one.serial : one.type)));
      return send(messages);
    },
  );
  return { outcomes, sent };
}

describe("a batch", () => {
  it("is one transaction with all messages in order", async () => {
    const { outcomes, sent } = await run([["1"], ["2", "3"]], () => receipt("A"));
    assert.deepEqual(sent, [["1", "2", "3"]]);
    assert.deepEqual(outcomes, [receipt("A"), receipt("A")]);
  });

  it("sends nothing when there is nothing", async () => {
    assert.deepEqual((await run([], () => receipt("A"))).sent, []);
  });

  it("goes on without the caller whose message failed, also one in the middle of its own", async () => {
    const { outcomes, sent } = await run([["1"], ["2", "3"], ["4"]], (messages) => {
      if (messages.length === 4) throw refused("simulation", 2);
      return receipt("A");
    });
    assert.deepEqual(sent, [
      ["1", "2", "3", "4"],
      ["1", "4"],
    ]);
    assert.deepEqual([outcomes[0], outcomes[2]], [receipt("A"), receipt("A")]);
    assert.ok(outcomes[1] instanceof TransactionRefused);
  });

  it("sends each alone when the chain does not say which failed", async () => {
    const { outcomes, sent } = await run([["1"], ["2"]], (messages) => {
      if (messages.length === 2 || sent2(messages)) throw refused("execution");
      return receipt("A");
    });
    assert.deepEqual(sent, [["1", "2"], ["1"], ["2"]]);
    assert.deepEqual(outcomes[0], receipt("A"));
    assert.ok(outcomes[1] instanceof TransactionRefused);
  });

  it("sends each alone when the named position is none of its own", async () => {
    const { sent } = await run([["1"], ["2"]], (messages) => {
      if (messages.length === 2) throw refused("simulation", 9);
      return receipt("A");
    });
    assert.deepEqual(sent, [["1", "2"], ["1"], ["2"]]);
  });

  for (const [title, error] of [
    ["the wallet is short", new InsufficientFunds("akash1x", "uakt", 2n, 1n)],
    ["the node refuses the transaction before it runs", refused("check", 0)],
  ] as const) {
    it(`fails as a whole when ${title}`, async () => {
      const { outcomes, sent } = await run([["1"], ["2"]], () => {
        throw error;
      });
      assert.equal(sent.length, 1);
      assert.deepEqual(outcomes, [error, error]);
    });
  }

  it("fails exactly those callers that have a bad message, whatever the mix", async () => {
    const callers = fc.array(fc.array(fc.constantFrom("good", "bad"), { minLength: 1, maxLength: 3 }), {
      minLength: 1,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(callers, fc.boolean(), async (serials, names) => {
        const { outcomes, sent } = await run(serials, (messages) => {
          const bad = messages.findIndex((one) => one.type === "revokeCertificate" && one.serial === "bad");
          if (bad >= 0) throw refused("simulation", names ? bad : undefined);
          return receipt("A");
        });
        serials.forEach((own, index) => {
          assert.equal(outcomes[index] instanceof TransactionRefused, own.includes("bad"));
        });
        assert.ok(sent.length <= serials.length + 1);
      }),
    );
  });
});

const sent2 = (messages: readonly ChainMessage[]) =>
  messages.some((one) => one.type === "revokeCertificate" && one.serial === "2");
