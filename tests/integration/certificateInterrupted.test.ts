import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "mocha";
import type { NetworkConfig } from "../../components/chain/index.ts";
import { startScriptedChain } from "../support/scriptedChain/index.ts";
import { CertificateBench } from "./certificateSupport.ts";
import { chains, makeWallet, runProcess, type TestChain, transactionsOf } from "./chainSupport.ts";

describe("certificate, interrupted", function () {
  this.timeout(120_000);
  let bench: CertificateBench;

  before(async () => {
    bench = await CertificateBench.start();
  });
  beforeEach(() => bench.clear());
  after(() => bench?.stop());

  for (const { name, start } of chains) {
    describe(`on ${name}`, () => {
      let chain: TestChain;
      let network: NetworkConfig;

      before(async () => {
        chain = await start(bench.folder);
        network = chain.network;
      });
      after(() => chain?.stop());

      for (const [point, call] of [
        ["after-pending", "create"],
        ["before-signing", "create"],
        ["after-broadcast", "create"],
        ["between-publish-and-switch", "create"],
        ["before-state", "create"],
        ["after-pending", "update"],
        ["between-publish-and-switch", "update"],
        ["before-state", "update"],
      ] as const) {
        it(`heals after kill -9 ${point} of ${call}, and publishes nothing twice`, async () => {
          const owner = chain.nextWallet();
          const old =
            call === "update" ? await bench.create(await bench.declare(network, owner, short)) : undefined;
          const inputs = await bench.declare(network, owner);
          const code = `
            const { handler } = await import("./components/chain/certificateProvider.ts");
            const inputs = ${JSON.stringify(inputs)};
            await handler().${old ? `update("", ${JSON.stringify(old)}, inputs)` : "create(inputs)"};
          `;
          const killed = await runProcess(code, { PULUMI_AKASH_FAULT: point });
          assert.equal(killed.signal, "SIGKILL", killed.output);
          const left = await bench.storedSerials(owner);

          const state = old ? await bench.update(old, inputs) : await bench.create(inputs);
          assert.equal(state.serial, left.pending ?? left.active, "the key that was made is the one in use");
          assert.notEqual(state.serial, old?.serial);
          await bench.revokeSuperseded(state);
          await bench.assertSound(network, owner, state);
          assert.equal(await transactionsOf(network, owner.address), old ? 3 : 1);
        });
      }
    });
  }

  it("publishes the key that it made before the chain refused, once", async () => {
    const owner = await makeWallet(join(bench.folder, "refused"));
    const chain = await startScriptedChain({ accounts: { [owner.address]: { uakt: 1_000_000 } } });
    try {
      const inputs = await bench.declare(chain.network, owner);
      chain.faults.simulateError = "the node is out of sorts";
      await assert.rejects(bench.create(inputs), /out of sorts/);
      const { pending, active } = await bench.storedSerials(owner);
      assert.equal(active, undefined);
      chain.heal();
      chain.faults.dropBroadcastAnswers = 1;
      const state = await bench.create(inputs);
      assert.equal(state.serial, pending);
      assert.deepEqual(
        chain.transactions.map(({ code, messages }) => [code, messages.map(({ typeUrl }) => typeUrl)]),
        [[0, ["/akash.cert.v1.MsgCreateCertificate"]]],
      );
    } finally {
      await chain.stop();
    }
  });
});

/** A certificate that is due for renewal by the default declaration. */
const short = { validDays: 20, renewBeforeDays: 5 };
