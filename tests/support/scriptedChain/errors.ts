/**
 * A failure as the chain reports it: code, codespace and log.
 * Codes and texts: `types/errors` of Cosmos SDK 0.53, `go/node/cert/v1/errors.go` and
 * `go/node/provider/v1beta4/errors.go` of chain-sdk.
 */
export class ChainError extends Error {
  readonly codespace: string;
  readonly code: number;

  constructor(codespace: string, code: number, log: string) {
    super(log);
    this.name = "ChainError";
    this.codespace = codespace;
    this.code = code;
  }

  /** The same failure with a context before it, the way the SDK wraps errors. */
  wrap(context: string): ChainError {
    return new ChainError(this.codespace, this.code, `${context}: ${this.message}`);
  }
}

const sdk = (code: number, text: string) => (detail?: string) =>
  new ChainError("sdk", code, detail === undefined ? text : `${detail}: ${text}`);

/** Errors of the SDK itself, by what they mean. */
export const sdkErrors = {
  txDecode: sdk(2, "tx parse error"),
  unauthorized: sdk(4, "unauthorized"),
  insufficientFunds: sdk(5, "insufficient funds"),
  unknownRequest: sdk(6, "unknown request"),
  invalidAddress: sdk(7, "invalid address"),
  invalidPubKey: sdk(8, "invalid pubkey"),
  unknownAddress: sdk(9, "unknown address"),
  outOfGas: sdk(11, "out of gas"),
  insufficientFee: sdk(13, "insufficient fee"),
  noSignatures: sdk(15, "no signatures supplied"),
  invalidRequest: sdk(18, "invalid request"),
  keyNotFound: sdk(22, "key not found"),
  txTimeoutHeight: sdk(30, "tx timeout height"),
  wrongSequence: sdk(32, "incorrect account sequence"),
  invalidGasLimit: sdk(41, "invalid gas limit"),
};

/** What Go's `fmt.Errorf` leaves of a registered error: the SDK no longer knows its code. */
export function plainError(log: string): ChainError {
  return new ChainError("undefined", 1, log);
}
