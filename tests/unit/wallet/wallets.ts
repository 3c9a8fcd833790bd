import { secp256k1 } from "@noble/curves/secp256k1.js";
import fc from "fast-check";
import { KeyWallet } from "../../../components/wallet/keyWallet.ts";

/** Words of no value that everybody knows (BIP-39's own test vector), and what cosmjs derives from them. */
export const words = `${"abandon ".repeat(11)}about`;
export const address = "akash19rl4cm2hmr8afy4kldpxz3fka4jguq0a3mq6x0";
export const keyHex = "c4a48e2fce1481cd3294b4490f6678090ea98d3d0e5cd984558ab0968741b104";

export const wallet = new KeyWallet(Buffer.from(keyHex, "hex"));
export const otherWallet = new KeyWallet(Buffer.alloc(32, 7));

/** Any private key. */
export const keys = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .filter((key) => secp256k1.utils.isValidSecretKey(key));

/** Any key name that a Secret can hold. */
export const keyNames = fc.stringMatching(/^[A-Za-z0-9][\w.-]{0,20}$/);
