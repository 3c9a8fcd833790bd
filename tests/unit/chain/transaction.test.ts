import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { AuthInfo, SignDoc, TxBody, TxRaw } from "cosmjs-types/cosmos/tx/v1beta1/tx";
import { describe, it } from "mocha";
import {
  signTransaction,
  type TransactionParts,
  unsignedTransaction,
} from "../../../components/chain/transaction.ts";
import { KeyWallet } from "../../../components/wallet/keyWallet.ts";

const wallet = new KeyWallet(new Uint8Array(32).fill(7));
const parts: TransactionParts = {
  chainId: "akashnet-2",
  messages: [{ typeUrl: "/akash.cert.v1.MsgRevokeCertificate", value: new Uint8Array([10, 0]) }],
  account: { accountNumber: 12, sequence: 3 },
  timeoutHeight: 456,
};
const fee = { gasLimit: 150_000n, amount: 3750n, denom: "uakt" };

describe("a transaction", () => {
  it("carries messages, timeout height, sequence and fee, and is named by its hash", async () => {
    const { bytes, hash } = await signTransaction(wallet, parts, fee);
    const raw = TxRaw.decode(bytes);
    const body = TxBody.decode(raw.bodyBytes);
    assert.deepEqual(
      body.messages.map(({ typeUrl }) => typeUrl),
      ["/akash.cert.v1.MsgRevokeCertificate"],
    );
    assert.equal(body.timeoutHeight, 456n);
    const authInfo = AuthInfo.decode(raw.authInfoBytes);
    assert.equal(authInfo.signerInfos[0]?.sequence, 3n);
    assert.deepEqual(authInfo.fee?.amount, [{ denom: "uakt", amount: "3750" }]);
    assert.equal(authInfo.fee?.gasLimit, 150_000n);
    assert.equal(hash, createHash("sha256").update(bytes).digest("hex").toUpperCase());
  });

  it("is signed over chain id and account number too", async () => {
    const { bodyBytes, authInfoBytes, signatures } = TxRaw.decode(
      (await signTransaction(wallet, parts, fee)).bytes,
    );
    const document = { bodyBytes, authInfoBytes, chainId: "akashnet-2", accountNumber: 12n };
    const signed = SignDoc.encode(SignDoc.fromPartial(document)).finish();
    assert.ok(secp256k1.verify(signatures[0] as Uint8Array, signed, wallet.publicKey));
  });

  it("has the same bytes when it is signed again", async () => {
    assert.deepEqual(await signTransaction(wallet, parts, fee), await signTransaction(wallet, parts, fee));
  });

  it("is simulated without fee and signature", () => {
    const raw = TxRaw.decode(unsignedTransaction(wallet, parts));
    assert.deepEqual(raw.signatures, [new Uint8Array()]);
    assert.deepEqual(AuthInfo.decode(raw.authInfoBytes).fee?.amount, []);
  });
});
