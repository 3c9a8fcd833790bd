import { rawSecp256k1PubkeyToRawAddress } from "@cosmjs/amino";
import { fromBech32, toBech32 } from "@cosmjs/encoding";

/** Whether the text is an account address of this chain. */
export function isAddress(text: string): boolean {
  try {
    return fromBech32(text).prefix === "akash";
  } catch {
    return false;
  }
}

export function addressOf(publicKey: Uint8Array): string {
  return toBech32("akash", rawSecp256k1PubkeyToRawAddress(publicKey));
}
