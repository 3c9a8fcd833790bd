import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { SnapshotFailed } from "../../../components/k3s/errors.ts";
import { ensureSnapshotKey, readSnapshotKey, recipientOf } from "../../../components/k3s/snapshotKey.ts";

const block = (name: string) => `-----BEGIN ${name}-----\nAAAA\n-----END ${name}-----\n`;
const whole = block("PRIVATE KEY") + block("CERTIFICATE");

describe("the key of snapshots", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "k3s-key-"));
    file = join(folder, "snapshots.pem");
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const refused = (message: RegExp) =>
    assert.rejects(
      readSnapshotKey(file),
      (error) => error instanceof SnapshotFailed && message.test(error.message),
    );

  it("is read in its two halves, of which servers get one", async () => {
    writeFileSync(file, whole, { mode: 0o600 });
    const expected = { recipient: block("CERTIFICATE"), privateKey: block("PRIVATE KEY") };
    assert.deepEqual(await readSnapshotKey(file), expected);
    assert.equal(recipientOf(file), expected.recipient);
  });

  it("is never made anew where there is one", async () => {
    writeFileSync(file, whole, { mode: 0o600 });
    assert.equal((await ensureSnapshotKey(file, "garage")).recipient, block("CERTIFICATE"));
  });

  it("is refused when it is missing, open to others, or something else", async () => {
    assert.equal(recipientOf(file), undefined);
    await refused(/is not at .*snapshots\.pem/);
    writeFileSync(file, whole, { mode: 0o644 });
    await refused(/can be read by others.*chmod 600/);
    rmSync(file);
    writeFileSync(file, block("CERTIFICATE"), { mode: 0o600 });
    await refused(/does not hold a certificate and its private key/);
  });
});
