import { createHash } from "node:crypto";
import { encodeSecp256k1Pubkey } from "@cosmjs/amino";
import { encodePubkey, makeAuthInfoBytes, makeSignBytes, makeSignDoc } from "@cosmjs/proto-signing";
import { TxBody, TxRaw } from "cosmjs-types/cosmos/tx/v1beta1/tx";
import type { Wallet } from "../wallet/types.ts";
import type { EncodedMessage } from "./messages.ts";

/** Number and sequence of an account; every signature is over both. */
export interface Account {
  readonly accountNumber: number;
  readonly sequence: number;
}

export interface TransactionParts {
  readonly chainId: string;
  readonly messages: readonly EncodedMessage[];
  readonly account: Account;
  /** Last block that may include it. */
  readonly timeoutHeight: number;
}

export interface Fee {
  readonly gasLimit: bigint;
  readonly amount: bigint;
  readonly denom: string;
}

export interface SignedTransaction {
  readonly bytes: Uint8Array;
  /** Upper-case hex SHA-256 of the bytes, the transaction's name on chain. */
  readonly hash: string;
}

/** Signs in the mode `SIGN_MODE_DIRECT`; the same parts give the same bytes. */
export async function signTransaction(
  wallet: Wallet,
  parts: TransactionParts,
  fee: Fee,
): Promise<SignedTransaction> {
  const body = encodeBody(parts);
  const authInfo = encodeAuthInfo(wallet, parts.account, fee);
  const signDoc = makeSignDoc(body, authInfo, parts.chainId, parts.account.accountNumber);
  const digest = createHash("sha256").update(makeSignBytes(signDoc)).digest();
  const bytes = encodeRaw(body, authInfo, await wallet.sign(digest));
  return { bytes, hash: createHash("sha256").update(bytes).digest("hex").toUpperCase() };
}

/** The same transaction with an empty signature and no fee: what a simulation takes. */
export function unsignedTransaction(wallet: Wallet, parts: TransactionParts): Uint8Array {
  const noFee = { gasLimit: 0n, amount: 0n, denom: "" };
  return encodeRaw(encodeBody(parts), encodeAuthInfo(wallet, parts.account, noFee), new Uint8Array());
}

function encodeBody({ messages, timeoutHeight }: TransactionParts): Uint8Array {
  const body = { messages: [...messages], timeoutHeight: BigInt(timeoutHeight) };
  return TxBody.encode(TxBody.fromPartial(body)).finish();
}

function encodeAuthInfo(wallet: Wallet, { sequence }: Account, fee: Fee): Uint8Array {
  const pubkey = encodePubkey(encodeSecp256k1Pubkey(wallet.publicKey));
  const coins = fee.amount > 0n ? [{ denom: fee.denom, amount: fee.amount.toString() }] : [];
  return makeAuthInfoBytes([{ pubkey, sequence }], coins, Number(fee.gasLimit), undefined, undefined);
}

function encodeRaw(bodyBytes: Uint8Array, authInfoBytes: Uint8Array, signature: Uint8Array): Uint8Array {
  return TxRaw.encode(TxRaw.fromPartial({ bodyBytes, authInfoBytes, signatures: [signature] })).finish();
}
