import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { WalletLost } from "../../../embedded/errors.ts";
import { ensureWallet } from "../../../embedded/wallet.ts";

describe("the throwaway wallet", () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "wallet-"));
    file = join(folder, "wallet.mnemonic");
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it("has 24 words that only their owner may read", async () => {
    const address = await ensureWallet(file, true);
    assert.match(address, /^akash1[a-z0-9]{38}$/);
    assert.equal(readFileSync(file, "utf8").trim().split(" ").length, 24);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it("is the same at the next start and another one in another folder", async () => {
    const address = await ensureWallet(file, true);
    assert.equal(await ensureWallet(file, false), address);
    assert.notEqual(await ensureWallet(join(folder, "other"), true), address);
  });

  it("is not replaced when the chain's coins belong to it", async () => {
    await assert.rejects(ensureWallet(file, false), (error: unknown) => {
      assert.ok(error instanceof WalletLost);
      assert.match(error.message, /wallet\.mnemonic\. .* `npm run down`, then `npm run up`\.$/);
      return true;
    });
  });
});
