import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { after, before, describe, it } from "mocha";
import ssh2 from "ssh2";
import { HostKeyChanged, HostKeyUnknown } from "../../../components/hosts/errors.ts";
import { keyAlgorithms } from "../../../components/hosts/hostKeyAlgorithms.ts";
import { type ExpectedKey, expectedKeys, judgeKey, pinHostKeys } from "../../../components/hosts/hostKeys.ts";
import {
  fingerprintOf,
  isAbout,
  keyTypeOf,
  knownName,
  parseKnownHosts,
} from "../../../components/hosts/knownHosts.ts";
import { keyPair } from "../../support/hosts/keys.ts";

/** A host key as SSH sends it. */
function hostKey(): Buffer {
  const parsed = ssh2.utils.parseKey(keyPair().public);
  if (parsed instanceof Error) throw parsed;
  return parsed.getPublicSSH();
}

const about = (names: string, name: string) =>
  isAbout({ names, type: "ssh-ed25519", key: "AAAA", revoked: false }, name);

describe("known hosts", () => {
  it("are read as OpenSSH writes them", () => {
    const text = [
      "# comment",
      "",
      "gpu-1,192.0.2.1 ssh-ed25519 AAAA1 root@gpu-1",
      "@revoked * ssh-rsa AAAA2",
      "@cert-authority *.example.com ssh-rsa AAAA3",
      "broken",
    ].join("\n");
    assert.deepEqual(parseKnownHosts(text), [
      { names: "gpu-1,192.0.2.1", type: "ssh-ed25519", key: "AAAA1", revoked: false },
      { names: "*", type: "ssh-rsa", key: "AAAA2", revoked: true },
    ]);
  });

  it("never fail, whatever stands there", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, name) => {
        for (const line of parseKnownHosts(text)) isAbout(line, name);
      }),
    );
  });

  it("match by name, address and port, pattern and hash", () => {
    assert.equal(knownName("gpu-1", 22), "gpu-1");
    assert.equal(knownName("gpu-1", 2222), "[gpu-1]:2222");
    assert.ok(about("gpu-1,192.0.2.1", "192.0.2.1"));
    assert.ok(about("*.example.com", "GPU.example.com"));
    assert.ok(about("gpu-?", "gpu-7") && !about("gpu-?", "gpu-77"));
    assert.ok(!about("*.example.com,!bad.example.com", "bad.example.com"));
    assert.ok(!about("192.0.2.1", "192x0x2x1"));
    assert.ok(about("[gpu-1]:2222", "[gpu-1]:2222") && !about("[gpu-1]:2222", "gpu-1"));
    const salt = randomBytes(20);
    const hash = createHmac("sha1", salt).update("gpu-1").digest("base64");
    const hashed = `|1|${salt.toString("base64")}|${hash}`;
    assert.ok(about(hashed, "gpu-1") && !about(hashed, "gpu-2"));
  });
});

describe("a machine's key", () => {
  const key = hostKey();
  const address = { host: "gpu-1" };
  const expected = (change: Partial<ExpectedKey> = {}): ExpectedKey => ({
    fingerprint: fingerprintOf(key),
    type: "ssh-ed25519",
    revoked: false,
    pinned: "a file",
    ...change,
  });
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-akash-keys-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("has the type and fingerprint that ssh-keygen shows", () => {
    assert.equal(keyTypeOf(key), "ssh-ed25519");
    assert.match(fingerprintOf(key), /^SHA256:[A-Za-z0-9+/]{43}$/);
    assert.equal(keyTypeOf(Uint8Array.of(1)), "unknown");
  });

  it("is taken where one of those that are known is the same, and not revoked", () => {
    const other = expected({ fingerprint: "SHA256:other" });
    assert.equal(judgeKey("root@gpu-1", address, key, [other, expected()]), undefined);
    assert.ok(judgeKey("root@gpu-1", address, key, [other]) instanceof HostKeyChanged);
    assert.ok(judgeKey("root@gpu-1", address, key, [expected({ revoked: true })]) instanceof HostKeyChanged);
    assert.ok(
      judgeKey("root@gpu-1", address, key, [expected({ revoked: true }), expected()]) instanceof
        HostKeyChanged,
    );
    assert.ok(judgeKey("root@gpu-1", address, key, []) instanceof HostKeyUnknown);
  });

  it("is pinned by line, for its port, and known afterwards", async () => {
    const env = { PULUMI_AKASH_STATE: join(folder, "deep") };
    const there = { host: "gpu-1.test.invalid", port: 2222 };
    assert.deepEqual(await expectedKeys(there, env), []);
    const unknown = judgeKey("root@gpu-1", there, key, []);
    assert.ok(unknown instanceof HostKeyUnknown);
    await pinHostKeys([unknown, unknown], env);
    const known = await expectedKeys(there, env);
    assert.equal(known.length, 1);
    assert.equal(judgeKey("root@gpu-1", there, key, known), undefined);
    assert.deepEqual(await expectedKeys({ ...there, port: 22 }, env), []);
  });

  it("may be declared as fingerprint or as the key itself, which decides alone", async () => {
    const env = { PULUMI_AKASH_STATE: folder };
    for (const declared of [fingerprintOf(key), `ssh-ed25519 ${key.toString("base64")} comment`]) {
      const [only, ...rest] = await expectedKeys({ ...address, hostKey: declared }, env);
      assert.equal(only?.fingerprint, fingerprintOf(key));
      assert.deepEqual(rest, []);
    }
  });

  it("is asked for in the type that is known first", () => {
    assert.equal(keyAlgorithms([])[0], "ssh-ed25519");
    assert.deepEqual(keyAlgorithms([expected({ type: "ssh-rsa" })]).slice(0, 2), [
      "rsa-sha2-512",
      "rsa-sha2-256",
    ]);
    assert.equal(keyAlgorithms([expected({ type: undefined })]).length, keyAlgorithms([]).length);
  });
});
