import { createHash } from "node:crypto";
import { PubKey } from "cosmjs-types/cosmos/crypto/secp256k1/keys";
import { SignMode } from "cosmjs-types/cosmos/tx/signing/v1beta1/signing";
import { AuthInfo, SignDoc, TxBody, TxRaw } from "cosmjs-types/cosmos/tx/v1beta1/tx";
import { sdkErrors } from "./errors.ts";
import { decodeMessage, type Message } from "./messages.ts";

export interface Coin {
  readonly denom: string;
  readonly amount: bigint;
}

export interface Transaction {
  readonly bytes: Uint8Array;
  /** Upper-case hex SHA-256 of the bytes. */
  readonly hash: string;
  readonly messages: readonly Message[];
  readonly memo: string;
  readonly timeoutHeight: bigint;
  readonly gasLimit: bigint;
  readonly fee: readonly Coin[];
  readonly sequence: bigint;
  readonly publicKey: Uint8Array | undefined;
  readonly signatures: readonly Uint8Array[];
  readonly direct: boolean;
  /** What the signature covers, on the chain and account it was made for. */
  signBytes(chainId: string, accountNumber: bigint): Uint8Array;
}

/** @throws ChainError sdk/2 where the bytes are no transaction or hold an unknown type */
export function decodeTransaction(bytes: Uint8Array): Transaction {
  const raw = decode(() => TxRaw.decode(bytes));
  const body = decode(() => TxBody.decode(raw.bodyBytes));
  const authInfo = decode(() => AuthInfo.decode(raw.authInfoBytes));
  const signer = authInfo.signerInfos[0];
  const key = signer?.publicKey;
  if (key !== undefined && key.typeUrl !== "/cosmos.crypto.secp256k1.PubKey") {
    throw sdkErrors.txDecode(`unable to resolve type URL ${key.typeUrl}`);
  }
  return {
    bytes,
    hash: hashOf(bytes),
    messages: body.messages.map(({ typeUrl, value }) => decodeMessage(typeUrl, value)),
    memo: body.memo,
    timeoutHeight: body.timeoutHeight,
    gasLimit: authInfo.fee?.gasLimit ?? 0n,
    fee: (authInfo.fee?.amount ?? []).map(({ denom, amount }) => ({ denom, amount: BigInt(amount) })),
    sequence: signer?.sequence ?? 0n,
    publicKey: key === undefined ? undefined : PubKey.decode(key.value).key,
    signatures: raw.signatures,
    direct: signer?.modeInfo?.single?.mode === SignMode.SIGN_MODE_DIRECT,
    signBytes: (chainId, accountNumber) =>
      SignDoc.encode(
        SignDoc.fromPartial({
          bodyBytes: raw.bodyBytes,
          authInfoBytes: raw.authInfoBytes,
          chainId,
          accountNumber,
        }),
      ).finish(),
  };
}

export function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex").toUpperCase();
}

export function formatCoins(coins: readonly Coin[]): string {
  return coins.map(({ denom, amount }) => `${amount}${denom}`).join(",");
}

function decode<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw sdkErrors.txDecode(error instanceof Error ? error.message : String(error));
  }
}
