import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { handler } from "../../../components/dns/credentialProvider.ts";
import { CredentialMissing, SecretFileExposed, TsigSecretMissing } from "../../../components/dns/errors.ts";
import { openTsigKey } from "../../../components/dns/tsigSecret.ts";
import { OneSecret } from "../cluster/oneSecret.ts";

const secret = "c2VjcmV0";

/** The same file may be read here, for updates of the zone, and be put into the cluster, for cert-manager. */
describe("a secret for DNS in a file", () => {
  const { HOME } = process.env;
  let home: string;
  let api: OneSecret;

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "dns-secret-"));
    process.env["HOME"] = home;
    assert.equal(homedir(), home);
    writeFileSync(join(home, "tsig"), `${secret}\n`, { mode: 0o600 });
    api = new OneSecret();
  });
  afterEach(() => {
    if (HOME === undefined) delete process.env["HOME"];
    else process.env["HOME"] = HOME;
    api.stop();
    rmSync(home, { recursive: true });
  });

  const tsig = async (secretFile: string) => openTsigKey({ keyName: "k", secretFile }).secret.toString();
  const credential = async (file: string) => {
    const place = { cluster: await api.start(), namespace: "n", secretName: "s" };
    await handler().create({ ...place, values: { key: { file, prefix: "Bearer " } } });
    return api.file("key");
  };
  const readers = [
    { what: "a TSIG key", read: tsig, found: "secret", missing: TsigSecretMissing },
    {
      what: "a credential of the cluster's",
      read: credential,
      found: `Bearer ${secret}`,
      missing: CredentialMissing,
    },
  ];
  for (const { what, read, found, missing } of readers) {
    it(`is found as ${what} in the home folder, as any other path is`, async () => {
      assert.equal(await read("~/tsig"), found);
    });

    it(`is named as ${what} by the path that was looked at, where there is none`, async () => {
      await assert.rejects(read("~/none"), (error) => {
        assert.ok(error instanceof missing && error.message.includes(join(home, "none")));
        return true;
      });
    });

    it(`is refused as ${what} where others can read it, and not shown`, async () => {
      chmodSync(join(home, "tsig"), 0o640);
      await assert.rejects(read("~/tsig"), (error) => {
        assert.ok(error instanceof SecretFileExposed && !error.message.includes(secret));
        assert.match(error.message, /chmod 600 \//);
        return true;
      });
    });
  }
});
