import assert from "node:assert/strict";
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
