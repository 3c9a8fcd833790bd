import { createHmac, timingSafeEqual } from "node:crypto";
import { AnswerNotGenuine } from "./errors.ts";

// Transaction signatures (RFC 8945). There is no library for them on npm that is kept up; the wire format of
// everything else is dns-packet's.

export type TsigAlgorithm = "hmac-sha1" | "hmac-sha224" | "hmac-sha256" | "hmac-sha384" | "hmac-sha512";

export interface TsigKey {
  readonly name: string;
  readonly algorithm: TsigAlgorithm;
  readonly secret: Uint8Array;
}

/** TSIG errors (RFC 8945, section 5.3). */
const errors: Readonly<Record<number, string>> = {
  16: "BADSIG",
  17: "BADKEY",
  18: "BADTIME",
  22: "BADTRUNC",
};
const fudgeSeconds = 300;
const typeTsig = 250;
const classAny = 255;

function uint16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16BE(value);
  return buffer;
}

function uint48(value: number): Buffer {
  const buffer = Buffer.alloc(6);
  buffer.writeUIntBE(value, 0, 6);
  return buffer;
}

/** A name in the canonical wire form: lower case, not compressed. */
function wireName(name: string): Buffer {
  const labels = name
    .toLowerCase()
    .split(".")
    .filter((label) => label !== "");
  const parts = labels.flatMap((label) => [Buffer.from([Buffer.byteLength(label)]), Buffer.from(label)]);
  return Buffer.concat([...parts, Buffer.from([0])]);
}

interface Stamp {
  /** Seconds since 1970. */
  readonly time: number;
  readonly fudge: number;
  readonly error: number;
  readonly other: Buffer;
}

function digest(key: TsigKey, parts: readonly Uint8Array[], stamp: Stamp): Buffer {
  const hmac = createHmac(key.algorithm.replace("hmac-", ""), key.secret);
  for (const part of parts) hmac.update(part);
  const owner = [wireName(key.name), uint16(classAny), Buffer.alloc(4), wireName(key.algorithm)];
  const { time, fudge, error, other } = stamp;
  for (const part of [...owner, uint48(time), uint16(fudge), uint16(error), uint16(other.length), other]) {
    hmac.update(part);
  }
  return hmac.digest();
}

function withAdditionalCount(message: Buffer, change: number): Buffer {
  const copy = Buffer.from(message);
  copy.writeUInt16BE(copy.readUInt16BE(10) + change, 10);
  return copy;
}

/** The message with a signature record, and the MAC that an answer's signature covers. */
export function signMessage(
  message: Buffer,
  key: TsigKey,
  now: Date = new Date(),
): { readonly message: Buffer; readonly mac: Buffer } {
  const stamp = {
    time: Math.floor(now.getTime() / 1000),
    fudge: fudgeSeconds,
    error: 0,
    other: Buffer.alloc(0),
  };
  const mac = digest(key, [message], stamp);
  const data = Buffer.concat([
    wireName(key.algorithm),
    uint48(stamp.time),
    uint16(stamp.fudge),
    uint16(mac.length),
    mac,
    message.subarray(0, 2), // original id
    uint16(stamp.error),
    uint16(0),
  ]);
  const record = [
    wireName(key.name),
    uint16(typeTsig),
    uint16(classAny),
    Buffer.alloc(4),
    uint16(data.length),
  ];
  return { message: Buffer.concat([withAdditionalCount(message, 1), ...record, data]), mac };
}

/** Offset after a name that may be compressed. */
function skipName(message: Buffer, start: number): number {
  let offset = start;
  for (;;) {
    const length = message.readUInt8(offset);
    if (length >= 0xc0) return offset + 2;
    offset += length + 1;
    if (length === 0) return offset;
  }
}

/** Where the last record begins and its data lies. */
function lastRecord(message: Buffer): { start: number; type: number; data: number } | undefined {
  let offset = 12;
  for (let index = 0; index < message.readUInt16BE(4); index += 1) offset = skipName(message, offset) + 4;
  let last: { start: number; type: number; data: number } | undefined;
  const count = message.readUInt16BE(6) + message.readUInt16BE(8) + message.readUInt16BE(10);
  for (let index = 0; index < count; index += 1) {
    const fields = skipName(message, offset);
    last = { start: offset, type: message.readUInt16BE(fields), data: fields + 10 };
    offset = last.data + message.readUInt16BE(fields + 8);
  }
  return last;
}

/**
 * Checks an answer's signature.
 *
 * @returns the TSIG error that the server reports (`BADKEY`, `BADSIG`, `BADTIME`), or undefined
 * @throws AnswerNotGenuine when there is no signature, it does not fit, or its time is off
 */
export function verifyAnswer(
  answer: Buffer,
  key: TsigKey,
  requestMac: Buffer,
  now: Date = new Date(),
): string | undefined {
  const last = lastRecord(answer);
  if (last === undefined || last.type !== typeTsig) {
    throw new AnswerNotGenuine(`The answer is not signed with ${key.name}; it is not believed.`);
  }
  const fields = skipName(answer, last.data);
  const time = answer.readUIntBE(fields, 6);
  const fudge = answer.readUInt16BE(fields + 6);
  const macEnd = fields + 10 + answer.readUInt16BE(fields + 8);
  const mac = answer.subarray(fields + 10, macEnd);
  const error = answer.readUInt16BE(macEnd + 2);
  const other = answer.subarray(macEnd + 6);
  if (other.length !== answer.readUInt16BE(macEnd + 4)) {
    throw new AnswerNotGenuine(
      "The answer's signature is cut off or followed by something; it is not believed.",
    );
  }
  // A server that does not know the key, or the secret, cannot sign its answer (RFC 8945, section 5.3).
  if (error === 16 || error === 17) return errors[error];

  const unsigned = withAdditionalCount(answer.subarray(0, last.start), -1);
  answer.copy(unsigned, 0, macEnd, macEnd + 2); // original id
  const expected = digest(key, [uint16(requestMac.length), requestMac, unsigned], {
    time,
    fudge,
    error,
    other,
  });
  if (mac.length !== expected.length || !timingSafeEqual(mac, expected)) {
    throw new AnswerNotGenuine(`The answer's signature is not ${key.name}'s; it is not believed.`);
  }
  if (error !== 0) return errors[error] ?? `TSIG error ${error}`;
  if (Math.abs(now.getTime() / 1000 - time) > fudge) {
    throw new AnswerNotGenuine(`The answer was signed at another time than now; it is not believed.`);
  }
  return undefined;
}
