import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { upgradeWarning } from "../../commands/versions.ts";
import { announcedUpgrade, openChain } from "../../components/chain/index.ts";
import { parseSiteConfig } from "../../components/site/index.ts";
import { startScriptedChain } from "../support/scriptedChain/index.ts";
import { declaration } from "../unit/site/declarations.ts";
import { chains, makeFolder, removeFolder, type TestChain } from "./chainSupport.ts";

for (const { name, start } of chains) {
  describe(`an upgrade announced on ${name}`, function () {
    this.timeout(120_000);
    let folder: string;
    let chain: TestChain;

    before(async () => {
      folder = makeFolder();
      chain = await start(folder);
    });
    after(async () => {
      await chain?.stop();
      removeFolder(folder);
    });

    it("is none, says the chain, until there is one", async () => {
      assert.equal(await announcedUpgrade(await openChain(chain.network)), undefined);
    });
  });
}

describe("an announced upgrade", () => {
  it("is a warning before it comes: name, block, about when, and what the site needs", async () => {
    const chain = await startScriptedChain({ chainId: "upgrading-1", blockIntervalMs: 0 });
    try {
      for (let block = 0; block < 5; block++) chain.produceBlock();
      const site = (version?: string) =>
        parseSiteConfig(
          declaration({ network: chain.network, provider: version === undefined ? {} : { version } }),
        );
      assert.equal(await upgradeWarning(site()), undefined);
      chain.edit((state) => {
        state.upgrade = { name: "v2.1.0", height: 1000 };
      });
      assert.match(
        (await upgradeWarning(site())) ?? "",
        /^The chain upgrading-1 upgrades to v2\.1\.0 at block 1000.* speaks it: nothing is left to do\.$/,
      );
      assert.match(
        (await upgradeWarning(site("0.13.0"))) ?? "",
        /It needs provider 0\.14\.0 or newer, and this site has 0\.13\.0/,
      );
    } finally {
      await chain.stop();
    }
  });
});
