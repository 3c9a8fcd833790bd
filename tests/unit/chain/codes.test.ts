import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { identifyCode } from "../../../components/chain/codes.ts";
import {
  InsufficientFunds,
  QueryRefused,
  RpcError,
  TransactionExpired,
  TransactionRefused,
  TransactionUnknown,
  UnknownGeneration,
  WalletBusy,
  WalletMismatch,
} from "../../../components/chain/errors.ts";

describe("error codes of the chain", () => {
  it("are taken as they are where the chain gives them", () => {
    const known = identifyCode({ codespace: "sdk", code: 32, log: "account sequence mismatch" });
    assert.equal(known.text, "incorrect account sequence");
    assert.match(known.remedy, /Another signer/);
  });

  for (const [what, log, codespace, code] of [
    ["fmt.Errorf around a module's error", "invalid provider: already exists: id: akash1x", "undefined", 1],
    [
      "the simulation service",
      "rpc error: code = Unknown desc = failed to execute message; message index: 0: id: akash1x: invalid provider: already exists With gas wanted: '0' and gas used: '5' : unknown request",
      "sdk",
      6,
    ],
  ] as const) {
    it(`are found in the log of ${what}`, () => {
      const found = identifyCode({ codespace, code, log });
      assert.deepEqual([found.codespace, found.code], ["provider", 4]);
    });
  }

  it("are passed on where nobody knows them", () => {
    const unknown = identifyCode({ codespace: "market", code: 9, log: "order closed" });
    assert.deepEqual([unknown.codespace, unknown.code], ["market", 9]);
    assert.match(unknown.remedy, /names/);
  });
});

describe("a refused transaction", () => {
  const log =
    "rpc error: code = Unknown desc = failed to execute message; message index: 12: id: akash1x: invalid provider: already exists [cosmos/cosmos-sdk@v0.53.6/baseapp/baseapp.go:1051] with gas used: '66470': unknown request";

  it("says where, what, which message and what to do", () => {
    const error = new TransactionRefused("simulation", { codespace: "sdk", code: 6, log });
    assert.equal(error.messageIndex, 12);
    assert.equal(error.hash, undefined);
    assert.equal(error.name, "TransactionRefused");
    assert.equal(
      error.message,
      "The chain refused a transaction at simulation: invalid provider: already exists (provider code 4): " +
        "failed to execute message; message index: 12: id: akash1x: invalid provider: already exists. " +
        "It was registered meanwhile: run `up` again, which adopts and updates the record.",
    );
  });

  it("names its hash, and knows a sequence mismatch", () => {
    const mismatch = new TransactionRefused("check", { codespace: "sdk", code: 32, log: "expected 2" }, "AB");
    assert.match(mismatch.message, /refused transaction AB at check/);
    assert.ok(mismatch.isSequenceMismatch);
    assert.equal(mismatch.messageIndex, undefined);
    assert.ok(!new TransactionRefused("check", { codespace: "cert", code: 32, log: "" }).isSequenceMismatch);
    assert.ok(!new TransactionRefused("check", { codespace: "sdk", code: 5, log: "" }).isSequenceMismatch);
  });
});

describe("a signature that is none of this chain's account", () => {
  const refusal = (stage: TransactionRefused["stage"], codespace: string, code: number) =>
    new TransactionRefused(stage, { codespace, code, log: "" }).isForeign;

  it("is seen by the node's check alone", () => {
    assert.ok(refusal("check", "sdk", 4));
    assert.ok(!refusal("simulation", "sdk", 4));
    assert.ok(!refusal("execution", "sdk", 4));
    assert.ok(!refusal("check", "cert", 4));
    assert.ok(!refusal("check", "sdk", 5));
  });
});

describe("errors", () => {
  it("say what is missing and where to send it", () => {
    const { message } = new InsufficientFunds("akash1x", "uakt", 5000n, 1200n);
    assert.equal(
      message,
      "Wallet akash1x holds 0.0012 AKT and needs 0.005 AKT. Send at least 0.0038 AKT to akash1x and run the same command again.",
    );
  });

  it("say of a transaction whether it is over, and what to do", () => {
    const unknown = new TransactionUnknown("akashnet-2", "AB", "no block included it");
    assert.match(
      unknown.message,
      /AB was sent to akashnet-2 .*\(no block included it\)\. Run the same command again/,
    );
    const expired = new TransactionExpired("akashnet-2", "AB", "another came first");
    assert.match(expired.message, /AB on akashnet-2 was not executed: another came first\. Run/);
    assert.equal(unknown.hash + expired.hash, "ABAB");
  });

  it("name both wallets, the holder of a lock, the refused query and the chain nobody knows", () => {
    assert.match(new WalletMismatch("akash1a", "akash1b").message, /is akash1b, .* owner is akash1a/);
    assert.match(new WalletBusy("akash1a", "process 5 on here", 9).message, /by process 5 on here for 9 s/);
    assert.match(
      new UnknownGeneration("c-1", "http://a").message,
      /c-1 at http:\/\/a .* update this package/,
    );
    const refused = new QueryRefused("/a.B/C", { code: 18, codespace: "sdk", log: "invalid address" });
    assert.match(refused.message, /\/a\.B\/C \(sdk code 18\): invalid address/);
    assert.deepEqual([refused.path, refused.code, refused.codespace], ["/a.B/C", 18, "sdk"]);
  });

  it("carry what a node says beside its message", () => {
    const error = new RpcError("http://a", "tx", {
      code: -32603,
      message: "Internal error",
      data: "not found",
    });
    assert.match(error.message, /http:\/\/a refused `tx`: Internal error: not found\./);
    const bare = new RpcError("http://a", "tx", { code: 1, message: "m" });
    assert.equal(bare.data, "");
    assert.match(bare.message, /refused `tx`: m\./);
  });
});
