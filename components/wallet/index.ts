export { type CertificateDescription, describeCertificate } from "./certificate.ts";
export * from "./errors.ts";
export { KeyringSecret, type KeyringSecretArgs } from "./KeyringSecret.ts";
export { type NewWallet, type NewWalletOptions, newWallet } from "./newWallet.ts";
export { openWallet } from "./openWallet.ts";
export { keepPromptedWords, promptedWords, promptedWordsVariable } from "./promptedWords.ts";
export { askWords, terminalPrompts, type WalletPrompts } from "./prompts.ts";
export {
  createProviderKey,
  openProviderKey,
  type ProviderKey,
  type ProviderKeyOptions,
} from "./providerKey.ts";
export type { Wallet, WalletSource } from "./types.ts";
