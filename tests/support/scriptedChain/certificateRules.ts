import { createPublicKey, type KeyObject, verify, X509Certificate } from "node:crypto";
import { fromBech32 } from "@cosmjs/encoding";
import { ChainError, plainError } from "./errors.ts";

export const certificateErrors = {
  notFound: () => new ChainError("cert", 1, "certificate not found"),
  exists: () => new ChainError("cert", 3, "certificate exists"),
  alreadyRevoked: () => new ChainError("cert", 4, "certificate already revoked"),
  invalidSerial: () => new ChainError("cert", 5, "invalid serial number"),
  invalidCertificate: () => new ChainError("cert", 6, "invalid certificate value"),
  invalidPublicKey: () => new ChainError("cert", 7, "invalid pubkey value"),
};

/**
 * The checks of `ParseAndValidateCertificate` (chain-sdk, go/node/cert/v1/cert.go), written from the rules:
 * one PEM block each with nothing after it, types `CERTIFICATE` and `EC PUBLIC KEY`, an ECDSA key that made
 * the ECDSA-SHA256 signature of the certificate, and the owner as the subject's common name. Dates, key
 * usage and issuer are not looked at.
 * @returns the decimal serial number
 */
export function validateCertificate(owner: string, certificate: Uint8Array, publicKey: Uint8Array): string {
  const key = parsePublicKey(publicKey);
  const block = decodePem(certificate);
  if (block === undefined) throw certificateErrors.invalidCertificate();
  if (block.type !== "CERTIFICATE") throw plainError("invalid certificate value: invalid pem block type");

  const parsed = parseX509(block.der);
  const { signed, signature } = splitCertificate(block.der);
  if (!verify("sha256", signed, key, signature)) {
    throw plainError("invalid certificate value: invalid certificate signature");
  }
  const commonName = /^CN=(.*)$/m.exec(parsed.subject)?.[1] ?? "";
  try {
    fromBech32(commonName);
  } catch {
    throw plainError("invalid certificate value: decoding bech32 failed: invalid bech32 string");
  }
  if (commonName !== owner) {
    throw plainError("invalid certificate value: CommonName does not match owner");
  }
  return BigInt(`0x${parsed.serialNumber}`).toString();
}

function parsePublicKey(pem: Uint8Array): KeyObject {
  const block = decodePem(pem);
  if (block === undefined) throw certificateErrors.invalidPublicKey();
  if (block.type !== "EC PUBLIC KEY") throw plainError("invalid pubkey value: invalid pem block type");
  let key: KeyObject;
  try {
    key = createPublicKey({ key: block.der, format: "der", type: "spki" });
  } catch (error) {
    throw plainError(`invalid pubkey value: ${String(error)}`);
  }
  if (key.asymmetricKeyType !== "ec") throw plainError("invalid pubkey value: invalid public key type");
  return key;
}

function parseX509(der: Buffer): X509Certificate {
  try {
    return new X509Certificate(der);
  } catch (error) {
    throw plainError(`x509: malformed certificate: ${String(error)}`);
  }
}

/** The first PEM block, where nothing follows it. Text before it is skipped, as Go's decoder does. */
function decodePem(bytes: Uint8Array): { type: string; der: Buffer } | undefined {
  const text = Buffer.from(bytes).toString("latin1");
  const match = /-----BEGIN ([A-Z ]+)-----\r?\n([A-Za-z0-9+/=\s]*?)-----END \1-----[ \t]*(?:\r?\n)?/.exec(
    text,
  );
  if (match === null || match.index + match[0].length !== text.length) return undefined;
  return { type: match[1] ?? "", der: Buffer.from(match[2] ?? "", "base64") };
}

/** The to-be-signed part of a certificate, with its header, and the signature over it. */
function splitCertificate(der: Buffer): { signed: Buffer; signature: Buffer } {
  const outer = readElement(der, 0);
  const signed = readElement(der, outer.content);
  const algorithm = readElement(der, signed.end);
  const bits = readElement(der, algorithm.end);
  return {
    signed: der.subarray(outer.content, signed.end),
    // The first byte of a BIT STRING counts its unused bits.
    signature: der.subarray(bits.content + 1, bits.end),
  };
}

/** Offsets of a DER element's content and end. */
function readElement(der: Buffer, offset: number): { content: number; end: number } {
  const first = der.readUInt8(offset + 1);
  if (first < 0x80) return { content: offset + 2, end: offset + 2 + first };
  const lengthBytes = first & 0x7f;
  const content = offset + 2 + lengthBytes;
  return { content, end: content + der.readUIntBE(offset + 2, lengthBytes) };
}
