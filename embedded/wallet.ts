import { existsSync, readFileSync } from "node:fs";
import { WalletLost } from "./errors.ts";
import { replaceFile } from "./files.ts";

const addressPrefix = "akash";

/**
 * Address of the throwaway wallet in `mnemonicFile`; the wallet is made when the chain is yet to be made.
 *
 * @param mayCreate whether no coins belong to a wallet of before
 * @throws WalletLost
 */
export async function ensureWallet(mnemonicFile: string, mayCreate: boolean): Promise<string> {
  // Not cheap to load, and needed at the first start only: later the address is known.
  const { DirectSecp256k1HdWallet } = await import("@cosmjs/proto-signing");
  const options = { prefix: addressPrefix };
  if (!existsSync(mnemonicFile)) {
    if (!mayCreate) throw new WalletLost(mnemonicFile);
    const { mnemonic } = await DirectSecp256k1HdWallet.generate(24, options);
    replaceFile(mnemonicFile, `${mnemonic}\n`, 0o600);
  }
  const words = readFileSync(mnemonicFile, "utf8").trim();
  const [account] = await (await DirectSecp256k1HdWallet.fromMnemonic(words, options)).getAccounts();
  if (!account) throw new WalletLost(mnemonicFile);
  return account.address;
}
