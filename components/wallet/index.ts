export * from "./errors.ts";
export { openWallet } from "./openWallet.ts";
export type { Wallet, WalletSource } from "./types.ts";
