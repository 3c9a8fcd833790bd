import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { sha256 } from "@noble/hashes/sha2.js";
import "reflect-metadata"; // before x509, which needs it while it loads
import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509Certificate as Parsed,
} from "@peculiar/x509";
import fc from "fast-check";
import { describe, it } from "mocha";
import { describeCertificate } from "../../../components/wallet/certificate.ts";
import { ProviderKeyNotDecryptable } from "../../../components/wallet/errors.ts";
import { KeyWallet } from "../../../components/wallet/keyWallet.ts";
import { createProviderKey, openProviderKey } from "../../../components/wallet/providerKey.ts";
import { address, keys, otherWallet, wallet } from "./wallets.ts";

const host = "provider.example.com";
const now = new Date("2026-07-01T12:00:00Z");

function extensions(certificate: Parsed) {
  return {
    basicConstraints: certificate.getExtension(BasicConstraintsExtension),
    keyUsage: certificate.getExtension(KeyUsagesExtension),
  };
}

describe("provider key", () => {
  /** Made in each test anew, so that a mutant of the making is seen by all of them. */
  const make = () => createProviderKey(wallet, { host, now });

  it("has a certificate by the rules of the chain and the gateway", async () => {
    const key = await make();
    const certificate = new X509Certificate(key.certificatePem);
    assert.equal(certificate.subject, `CN=${address}`);
    assert.equal(certificate.issuer, `CN=${address}`);
    assert.equal(certificate.subjectAltName, `DNS:${host}`);
    assert.deepEqual(certificate.keyUsage?.toSorted(), ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]);
    assert.equal(certificate.ca, false);
    const { basicConstraints, keyUsage } = extensions(new Parsed(key.certificatePem));
    assert.deepEqual([basicConstraints?.ca, basicConstraints?.critical], [false, true]);
    assert.equal(keyUsage?.critical, true);
    const { digitalSignature, keyEncipherment, dataEncipherment } = KeyUsageFlags;
    assert.equal(keyUsage?.usages, digitalSignature | keyEncipherment | dataEncipherment);
    assert.ok(certificate.verify(certificate.publicKey));
    assert.equal(certificate.publicKey.asymmetricKeyDetails?.namedCurve, "prime256v1");
    const body = "([\\w+/=]{64}\\n)+[\\w+/=]{1,64}\\n";
    assert.match(
      key.certificatePem,
      new RegExp(`^-----BEGIN CERTIFICATE-----\\n${body}-----END CERTIFICATE-----\\n$`),
    );
    assert.match(
      key.publicKeyPem,
      new RegExp(`^-----BEGIN EC PUBLIC KEY-----\\n${body}-----END EC PUBLIC KEY-----\\n$`),
    );
    const spki = certificate.publicKey.export({ type: "spki", format: "der" }).toString("base64");
    assert.equal(key.publicKeyPem.replace(/-----[^-]+-----|\s/g, ""), spki);
  });

  it("is described as its certificate says", async () => {
    const key = await make();
    assert.deepEqual(describeCertificate(key.certificatePem), {
      serial: key.serial,
      subject: address,
      issuer: address,
      hosts: [host],
      notBefore: new Date("2026-07-01T11:59:00Z"),
      notAfter: new Date("2027-07-01T12:00:00Z"),
      fingerprint: new X509Certificate(key.certificatePem).fingerprint256,
    });
    assert.match(key.fingerprint, /^[0-9A-F]{2}(:[0-9A-F]{2}){31}$/);
  });

  it("has a decimal serial of its own, made of the time", async () => {
    const [key, sameMoment] = [await make(), await make()];
    assert.match(key.serial, /^\d{19}$/);
    assert.equal(BigInt(key.serial) / 1_000_000n, BigInt(now.getTime()));
    assert.notEqual(sameMoment.serial, key.serial);
  });

  it("is good for an address and for as many days as asked", async () => {
    const short = await createProviderKey(wallet, { host: "192.0.2.7", now, validDays: 30 });
    assert.deepEqual(short.hosts, ["192.0.2.7"]);
    assert.deepEqual(short.notAfter, new Date("2026-07-31T12:00:00Z"));
  });

  it("is sealed by the wallet's signature over its address, as the provider opens it", async () => {
    const key = await make();
    const passphrase = Buffer.from(await wallet.sign(sha256(Buffer.from(address))));
    const sealed = key.sealedPem.slice(key.certificatePem.length);
    assert.match(sealed, /^-----BEGIN ENCRYPTED PRIVATE KEY-----\n/);
    const privateKey = createPrivateKey({ key: sealed, passphrase });
    assert.ok(new X509Certificate(key.certificatePem).checkPrivateKey(privateKey));
  });

  it("comes back for any wallet, and for no other", async () => {
    await fc.assert(
      fc.asyncProperty(keys, async (privateKey) => {
        const owner = new KeyWallet(privateKey);
        const made = await createProviderKey(owner, { host });
        assert.deepEqual(await openProviderKey(owner, made.sealedPem), made);
        await assert.rejects(openProviderKey(otherWallet, made.sealedPem), (error: Error) => {
          assert.ok(error instanceof ProviderKeyNotDecryptable);
          assert.match(error.message, new RegExp(otherWallet.address));
          return true;
        });
      }),
      { numRuns: 5 },
    );
  });

  it("is refused when key and certificate do not belong together or are damaged", async () => {
    const [key, another] = [await make(), await make()];
    const mixed = another.certificatePem + key.sealedPem.slice(key.certificatePem.length);
    for (const pem of [mixed, "", key.certificatePem, key.sealedPem.slice(key.certificatePem.length)]) {
      await assert.rejects(openProviderKey(wallet, pem), ProviderKeyNotDecryptable);
    }
  });
});

describe("describeCertificate", () => {
  it("reads certificates of others", () => {
    const plain = describeCertificate(plainCertificate);
    assert.deepEqual([plain.subject, plain.issuer, plain.hosts], ["", "", []]);
  });
});

/** Made by `openssl req -x509` with the subject `O=none`: no common name and no host. */
const plainCertificate = `-----BEGIN CERTIFICATE-----
MIIBGTCBwQIUIPzHPCqSNHQdf2lbmGBnNT85WVkwCgYIKoZIzj0EAwIwDzENMAsG
A1UECgwEbm9uZTAgFw0yNjExMjExNTIwMDlaGA8yMTI2MTAyODE1MjAwOVowDzEN
MAsGA1UECgwEbm9uZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABPY6iNpKUvrx
1dZQ4vk9CMlSWi1FexIbI9uDY3r5kcHSY8sP9sDkwrK4b9mIx0cDAc8uIcwVCeL+
3p3BmKEnxg0wCgYIKoZIzj0EAwIDRwAwRAIgSlO2efWgerEw0ixZUC+JsVzXUMSP
QT6EPa8pDHxPZOECIHqHfxVvfsqvUbOiPNc5fZ+yN+vj9vEHr7V3fsZhjteV
-----END CERTIFICATE-----
`;
