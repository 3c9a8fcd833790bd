import { createHash } from "node:crypto";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { PubKey } from "cosmjs-types/cosmos/crypto/secp256k1/keys";
import { SignMode } from "cosmjs-types/cosmos/tx/signing/v1beta1/signing";
import { AuthInfo, SignDoc, TxBody, TxRaw } from "cosmjs-types/cosmos/tx/v1beta1/tx";
import { addressOf } from "../../support/scriptedChain/addresses.ts";

export interface SignOptions {
  readonly chainId?: string;
  readonly accountNumber?: bigint;
  readonly sequence?: bigint;
  readonly gasLimit?: bigint;
  readonly fee?: bigint;
  readonly timeoutHeight?: bigint;
  readonly signature?: Uint8Array;
}

export interface AnyMessage {
  readonly typeUrl: string;
  readonly value: Uint8Array;
}

/** A key that signs by hand, so that each field of a transaction can be wrong on its own. */
export function testSigner(seed: string) {
  const privateKey = createHash("sha256").update(seed).digest();
  const publicKey = secp256k1.getPublicKey(privateKey, true);
  const address = addressOf(publicKey);
  const sign = (messages: readonly AnyMessage[], options: SignOptions = {}): Uint8Array => {
    const bodyBytes = TxBody.encode(
      TxBody.fromPartial({ messages: [...messages], timeoutHeight: options.timeoutHeight ?? 0n }),
    ).finish();
    const authInfoBytes = AuthInfo.encode(
      AuthInfo.fromPartial({
        signerInfos: [
          {
            publicKey: {
              typeUrl: "/cosmos.crypto.secp256k1.PubKey",
              value: PubKey.encode({ key: publicKey }).finish(),
            },
            modeInfo: { single: { mode: SignMode.SIGN_MODE_DIRECT } },
            sequence: options.sequence ?? 0n,
          },
        ],
        fee: {
          amount: [{ denom: "uakt", amount: String(options.fee ?? 1_000n) }],
          gasLimit: options.gasLimit ?? 400_000n,
        },
      }),
    ).finish();
    const document = SignDoc.encode(
      SignDoc.fromPartial({
        bodyBytes,
        authInfoBytes,
        chainId: options.chainId ?? "scripted-1",
        accountNumber: options.accountNumber ?? 0n,
      }),
    ).finish();
    const signature = options.signature ?? secp256k1.sign(document, privateKey);
    return TxRaw.encode({ bodyBytes, authInfoBytes, signatures: [signature] }).finish();
  };
  return { privateKey, address, sign };
}
