export { type CertificateDescription, describeCertificate } from "./certificate.ts";
export * from "./errors.ts";
export { openWallet } from "./openWallet.ts";
export {
  createProviderKey,
  openProviderKey,
  type ProviderKey,
  type ProviderKeyOptions,
} from "./providerKey.ts";
export type { Wallet, WalletSource } from "./types.ts";
