import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { openChain, submit } from "../../components/chain/index.ts";
import {
  chains,
  makeFolder,
  recordOf,
  removeFolder,
  sendByItself,
  startFaultyEndpoint,
  type TestChain,
  transactionsOf,
} from "./chainSupport.ts";

/** The query that simulates, in each generation. */
const simulation = { "v0.38": "/app/simulate", v2: "/cosmos.tx.v1beta1.Service/Simulate" };

for (const { name, generation, start } of chains) {
  describe(`a wallet with another signer on ${name}`, function () {
    this.timeout(120_000);
    let folder: string;
    let chain: TestChain;

    before(async () => {
      folder = makeFolder();
      process.env["PULUMI_AKASH_STATE"] = join(folder, "state");
      chain = await start(folder);
    });

    after(async () => {
      await chain?.stop();
      delete process.env["PULUMI_AKASH_STATE"];
      removeFolder(folder);
    });

    for (const [moment, request] of [
      ["between simulating and sending", "broadcast_tx_sync"],
      ["between reading the account and simulating", simulation[generation]],
    ] as const) {
      it(`signs again when the other was faster, ${moment}`, async () => {
        const wallet = chain.nextWallet();
        const endpoint = await startFaultyEndpoint(chain.network.rpc[0] ?? "");
        const network = { ...chain.network, rpc: [endpoint.url] };
        const rival = () => sendByItself(chain.network, wallet);
        const receipt = await submit(network, wallet.source, async () => {
          endpoint.before.set(request, rival);
          return [{ type: "createProvider", record: recordOf(wallet.address) }];
        });
        endpoint.close();
        assert.ok(!endpoint.before.has(request), "the other never signed");
        const provider = await (await openChain(chain.network)).provider(wallet.address);
        assert.equal(provider?.hostUri, recordOf(wallet.address).hostUri);
        assert.ok((receipt?.height ?? 0) > 0);
        assert.equal(await transactionsOf(chain.network, wallet.address), 2);
      });
    }
  });
}
