import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { encode } from "dns-packet";
import fc from "fast-check";
import { describe, it } from "mocha";
import { AnswerNotGenuine, TsigSecretMissing } from "../../../components/dns/errors.ts";
import { signMessage, type TsigKey, verifyAnswer } from "../../../components/dns/tsig.ts";
import { openTsigKey } from "../../../components/dns/tsigSecret.ts";

const key: TsigKey = { name: "Site-Key.", algorithm: "hmac-sha256", secret: Buffer.alloc(32, 1) };
const now = new Date("2026-01-01T00:00:00Z");
const message = encode({ type: "response", id: 4711, questions: [{ name: "example.com", type: "SOA" }] });

describe("TSIG", () => {
  it("adds one record with the algorithm, the time and a MAC of the right length", () => {
    const lengths = {
      "hmac-sha1": 20,
      "hmac-sha224": 28,
      "hmac-sha256": 32,
      "hmac-sha384": 48,
      "hmac-sha512": 64,
    };
    for (const [algorithm, length] of Object.entries(lengths)) {
      const signed = signMessage(message, { ...key, algorithm: algorithm as TsigKey["algorithm"] }, now);
      assert.equal(signed.mac.length, length);
      assert.equal(signed.message.readUInt16BE(10), message.readUInt16BE(10) + 1);
      assert.ok(signed.message.includes(signed.mac));
      assert.ok(signed.message.subarray(12, message.length).equals(message.subarray(12)));
    }
  });

  it("does not believe an answer that is unsigned, altered or signed for another request", () => {
    assert.throws(() => verifyAnswer(message, key, Buffer.alloc(32), now), AnswerNotGenuine);
    const { message: signed, mac } = signMessage(message, key, now);
    // A request's own signature does not cover a request's MAC, so it is no answer's.
    assert.throws(() => verifyAnswer(signed, key, mac, now), AnswerNotGenuine);
  });

  it("never reads past an answer's end", () => {
    const { message: signed, mac } = signMessage(message, key, now);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: signed.length - 1 }), (length) => {
        assert.throws(() => verifyAnswer(signed.subarray(0, length), key, mac, now));
      }),
    );
  });
});

/** An answer as a server signs it (RFC 8945, section 5.3.1): the MAC covers the request's too. */
function answerOf(requestMac: Buffer, error = 0, time = now.getTime() / 1000): Buffer {
  const name = Buffer.from("\x08site-key\0", "latin1");
  const algorithm = Buffer.from("\x0bhmac-sha256\0", "latin1");
  const stamp = Buffer.alloc(8);
  stamp.writeUIntBE(time, 0, 6);
  stamp.writeUInt16BE(300, 6);
  const status = Buffer.from([0, error, 0, 0]);
  const anyClass = Buffer.from([0, 255, 0, 0, 0, 0]);
  const mac = createHmac("sha256", key.secret)
    .update(Buffer.concat([Buffer.from([0, requestMac.length]), requestMac, message]))
    .update(Buffer.concat([name, anyClass, algorithm, stamp, status]))
    .digest();
  const size = Buffer.from([0, mac.length]);
  const data = Buffer.concat([algorithm, stamp, size, mac, message.subarray(0, 2), status]);
  const head = Buffer.from(message);
  head.writeUInt16BE(1, 10);
  return Buffer.concat([head, name, Buffer.from([0, 250]), anyClass, Buffer.from([0, data.length]), data]);
}

describe("verifyAnswer", () => {
  const mac = Buffer.alloc(32, 9);

  it("believes an answer that the key signed for this request", () => {
    assert.equal(verifyAnswer(answerOf(mac), key, mac, now), undefined);
  });

  it("does not believe it once any byte is changed", () => {
    const answer = answerOf(mac);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: answer.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        (at, flip) => {
          const altered = Buffer.from(answer);
          altered[at] = (altered[at] ?? 0) ^ flip;
          let believed: string | undefined;
          try {
            believed = verifyAnswer(altered, key, mac, now) ?? "believed";
          } catch {
            return;
          }
          // Names compare without case, the record's TTL is not signed, and a server may say that it cannot sign.
          const unsigned = ["BADSIG", "BADKEY"].includes(believed);
          assert.ok(unsigned || isOutsideTheSignature(at, answer.length), `byte ${at}: ${believed}`);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("does not believe it for another request or at another time", () => {
    assert.throws(() => verifyAnswer(answerOf(mac), key, Buffer.alloc(32, 8), now), AnswerNotGenuine);
    const late = new Date(now.getTime() + 301_000);
    assert.throws(() => verifyAnswer(answerOf(mac), key, mac, late), /another time/);
  });

  it("passes on the server's reasons, signed and not", () => {
    assert.equal(verifyAnswer(answerOf(mac, 18), key, mac, now), "BADTIME");
    assert.equal(verifyAnswer(answerOf(mac, 99), key, mac, now), "TSIG error 99");
    assert.equal(verifyAnswer(answerOf(mac, 17), key, Buffer.alloc(0), now), "BADKEY");
  });
});

/** The signature record's own header and names are rebuilt from the key, and its original id stands for the id. */
function isOutsideTheSignature(at: number, length: number): boolean {
  const record = message.length;
  const macAt = length - 6 - 32;
  const inRecordHead = at >= record && at < macAt - 10;
  const id = at < 2;
  return inRecordHead || id;
}

describe("openTsigKey", () => {
  const source = { keyName: "site", secretEnv: "SECRET" };

  it("reads the secret from the environment when it is needed", () => {
    const opened = openTsigKey(source, { SECRET: " c2VjcmV0\n" });
    assert.deepEqual(opened, { name: "site", algorithm: "hmac-sha256", secret: Buffer.from("secret") });
  });

  it("says what is missing, and never what it found", () => {
    const cases: readonly [Parameters<typeof openTsigKey>[0], NodeJS.ProcessEnv, RegExp][] = [
      [source, {}, /SECRET is not set/],
      [{ keyName: "site" }, {}, /secretEnv.*secretFile/],
      [{ keyName: "site", secretFile: "/nowhere/key" }, {}, /\/nowhere\/key/],
      [source, { SECRET: "not base64!" }, /not base64/],
    ];
    for (const [given, env, pattern] of cases) {
      assert.throws(
        () => openTsigKey(given, env),
        (error: unknown) =>
          error instanceof TsigSecretMissing &&
          pattern.test(error.message) &&
          !error.message.includes("base64!"),
      );
    }
  });
});
