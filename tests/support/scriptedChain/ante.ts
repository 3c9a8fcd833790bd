import { secp256k1 } from "@noble/curves/secp256k1.js";
import { addressOf } from "./addresses.ts";
import { sdkErrors } from "./errors.ts";
import { type Account, type ChainState, takeCoins } from "./state.ts";
import { type Coin, formatCoins, type Transaction } from "./transaction.ts";

export interface GasPrice {
  readonly denom: string;
  /** Price of a unit of gas ×10^6, so that it stays an integer. */
  readonly micro: bigint;
}

export interface AnteContext {
  readonly chainId: string;
  readonly height: bigint;
  readonly mode: "check" | "deliver" | "simulate";
  readonly minGasPrice: GasPrice;
}

/** Length of a signature with its field header; a simulated transaction carries an empty one. */
const signatureField = 66;
const gasPerByte = 10n;
const gasPerSignature = 1_000n;

/** Gas a transaction costs before its messages run. */
export function anteGas(transaction: Transaction): bigint {
  const missing = transaction.signatures.filter((signature) => signature.length === 0).length;
  return gasPerByte * BigInt(transaction.bytes.length + missing * signatureField) + gasPerSignature;
}

/**
 * The ante handlers of node v2 (app/ante.go) in their order: basic checks, time-out height, gas for the size,
 * fee, public key, signature, sequence. Deducts the fee and increments the sequence in `state`.
 */
export function runAnte(state: ChainState, transaction: Transaction, context: AnteContext): void {
  const { mode } = context;
  checkBasics(transaction, context);
  if (mode !== "simulate" && transaction.gasLimit < anteGas(transaction)) {
    throw sdkErrors.outOfGas(
      `out of gas in location: txSize; gasWanted: ${transaction.gasLimit}, gasUsed: ${anteGas(transaction)}`,
    );
  }
  if (mode === "check") checkFee(transaction, context.minGasPrice);
  const account = payFee(state, transaction);
  checkSignature(account, transaction, context);
  account.sequence += 1n;
}

function checkBasics(transaction: Transaction, { mode, height }: AnteContext): void {
  if (transaction.messages.length === 0) {
    throw sdkErrors.invalidRequest("must contain at least one message");
  }
  for (const message of transaction.messages) message.validate();
  if (transaction.signatures.length === 0) throw sdkErrors.noSignatures();
  const signers = new Set(transaction.messages.map(({ signer }) => signer));
  if (signers.size !== transaction.signatures.length) {
    throw sdkErrors.unauthorized(
      `wrong number of signers; expected ${signers.size}, got ${transaction.signatures.length}`,
    );
  }
  if (transaction.timeoutHeight > 0n && height > transaction.timeoutHeight) {
    throw sdkErrors.txTimeoutHeight(`block height: ${height}, timeout height: ${transaction.timeoutHeight}`);
  }
  if (mode !== "simulate" && transaction.gasLimit === 0n) {
    throw sdkErrors.invalidGasLimit("must provide positive gas");
  }
}

function checkFee({ fee, gasLimit }: Transaction, minGasPrice: GasPrice): void {
  const amount = (gasLimit * minGasPrice.micro + 999_999n) / 1_000_000n;
  const required: Coin = { denom: minGasPrice.denom, amount };
  const offered = fee.find(({ denom }) => denom === required.denom)?.amount ?? 0n;
  if (offered < required.amount) {
    throw sdkErrors.insufficientFee(
      `insufficient fees; got: ${formatCoins(fee)} required: ${formatCoins([required])}`,
    );
  }
}

function payFee(state: ChainState, { messages, fee }: Transaction): Account {
  const payer = messages[0]?.signer ?? "";
  const account = state.accounts.get(payer);
  if (account === undefined) {
    throw sdkErrors.unknownAddress(`fee payer address: ${payer} does not exist`);
  }
  for (const { denom, amount } of fee) {
    if (!takeCoins(account, denom, amount)) {
      const balance = account.balances.get(denom) ?? 0n;
      throw sdkErrors.insufficientFunds(
        `spendable balance ${balance}${denom} is smaller than ${amount}${denom}`,
      );
    }
  }
  return account;
}

function checkSignature(account: Account, transaction: Transaction, { mode, chainId }: AnteContext): void {
  const { publicKey, signatures, sequence } = transaction;
  if (mode !== "simulate" && publicKey !== undefined && addressOf(publicKey) !== account.address) {
    throw sdkErrors.invalidPubKey(
      `pubKey does not match signer address ${account.address} with signer index: 0`,
    );
  }
  account.publicKey ??= publicKey;
  if (account.publicKey === undefined) throw sdkErrors.invalidPubKey("pubkey on account is not set");
  if (sequence !== account.sequence) {
    throw sdkErrors.wrongSequence(`account sequence mismatch, expected ${account.sequence}, got ${sequence}`);
  }
  if (mode === "simulate") return;
  const signed = transaction.signBytes(chainId, account.accountNumber);
  const signature = signatures[0] ?? new Uint8Array();
  if (!transaction.direct || !isSignature(signature, signed, account.publicKey)) {
    throw sdkErrors.unauthorized(
      `signature verification failed; please verify account number (${account.accountNumber}) and chain-id (${chainId}): (unable to verify single signer signature)`,
    );
  }
}

function isSignature(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  return signature.length === 64 && secp256k1.verify(signature, message, publicKey);
}
