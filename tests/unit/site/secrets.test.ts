import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, it } from "mocha";
import { parseSiteConfig, SiteConfigError } from "../../../components/site/config.ts";
import { findSecrets, secretIn } from "../../../components/site/secrets.ts";
import { declaration, secretTexts } from "./declarations.ts";

const WORDS = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

function complaint(changes: Record<string, unknown>): string {
  try {
    parseSiteConfig(declaration(changes));
  } catch (error) {
    assert(error instanceof SiteConfigError);
    return error.message;
  }
  return "";
}

describe("SiteConfig: secrets in plain text", () => {
  const secrets: Record<string, string> = {
    "the words of a wallet": WORDS,
    "numbered words": WORDS.split(" ")
      .map((word, index) => `${index + 1}. ${word}`)
      .join("\n"),
    "words in capitals, with commas": WORDS.toUpperCase().replaceAll(" ", ", "),
    "a key in hex": randomBytes(32).toString("hex"),
    "a key in hex with 0x": `0x${randomBytes(32).toString("hex")}`,
    "a key in base64": randomBytes(32).toString("base64"),
    "a PEM": "-----BEGIN EC PRIVATE KEY-----\nMHc\n-----END EC PRIVATE KEY-----",
    "an API token of Cloudflare": "aB3dE_f7hIjKlMnOpQrStUvWxYz0123456789-ab",
    "a new API token of Cloudflare": "cfut_0123456789abcdefghijABCDEFGHIJ0123456789",
    "the global API key of Cloudflare": "0123456789abcdef0123456789abcdef01234",
    "a JSON web token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl",
    "a password in an address": "https://user:hunter2@rpc.example.com",
    "a token in an address": "https://rpc.example.com/v1/aB3dE_f7hIjKlMnOpQrStUvWxYz0123456789-ab",
  };
  for (const [what, secret] of Object.entries(secrets)) {
    it(`refuses ${what}, and does not repeat it`, () => {
      for (const changes of [
        { wallet: { mnemonicEnv: secret } },
        { attributes: { "location-region": "us-west", note: secret } },
        { network: { chainId: "c", rpc: [secret], gasPrice: "1uakt" } },
        { surprise: [{ deep: secret }] },
      ]) {
        const said = complaint(changes);
        assert.match(said, /\(hidden\) looks like (the words of a wallet|a private key|an access token)\./);
        assert(!said.includes(secret.slice(0, 20)), said);
      }
    });
  }

  it("refuses a wallet's words as a list, and as a key", () => {
    const asList = complaint({ wallet: { mnemonic: WORDS.split(" ") } });
    assert.match(asList, /- wallet\.mnemonic: \(hidden\) looks like the words of a wallet\./);
    assert(!asList.includes("abandon"));
    const asKey = complaint({ attributes: { "location-region": "us", [WORDS]: "x" } });
    assert.match(asKey, /- attributes\.\(hidden\): "x" looks like the words of a wallet\./);
    assert(!asKey.includes("abandon"), asKey);
  });

  it("refuses a field that by its name would hold a secret, whatever it holds", () => {
    assert.match(
      complaint({ dns: { provider: "cloudflare", apiToken: "short" } }),
      /- dns\.apiToken: \(hidden\) looks like a password or token\. Remove it; secrets are named by/,
    );
    assert.doesNotMatch(complaint({ dns: { provider: "cloudflare", apiToken: " " } }), /looks like/);
  });

  it("leaves ordinary text alone", () => {
    for (const text of [
      "https://rpc.akashnet.net:443",
      "ssh.example.com",
      "~/.kube/configs/home/garage/cluster-one.yaml",
      "ghcr.io/akash-network/provider@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      "0123456789abcdef0123456789abcdef",
      "a provider of the north, run by two people in a barn with a lot of sun",
      "0.025uakt",
      "my-quite-long-cluster-name-which-goes-on-and-on-2",
    ]) {
      assert.equal(secretIn(text), undefined, text);
    }
    const hostKey = `ssh-ed25519 ${randomBytes(51).toString("base64")}`;
    assert.deepEqual(findSecrets({ nodes: [{ hostKey }] }), []);
    assert.deepEqual(findSecrets({ attributes: [{ key: "tier", value: "community" }] }), []);
    const rpc = ["https://one.example.net", "https://two.example.net", "https://three.example.net"];
    assert.deepEqual(findSecrets({ rpc }), []);
    assert.deepEqual(findSecrets([1, null, true, undefined]), []);
  });

  const key64 = "0123456789abcdef".repeat(4);
  const base64 = "QUJDREVGR0hJSktMTU5PUFFSU1Q";
  for (const [text, kind] of [
    [key64, "a private key"],
    [`0x${key64}`, "a private key"],
    [key64.toUpperCase(), "a private key"],
    [`${base64}=`, "a private key"],
    [` ${base64}==\n`, "a private key"],
    [`my-${base64}==`, undefined],
    [`${base64}==-mine`, undefined],
    ["aB3".repeat(14), "an access token"],
    ["AB3X".repeat(10), undefined],
    ["ab3x".repeat(10), undefined],
    ["aBcX".repeat(10), undefined],
    // Three mistyped words leave a wallet's, a long path is none.
    [WORDS.replace(/abandon abandon abandon/, "abadnon abadnon abadnon"), "the words of a wallet"],
    [WORDS.replace(/abandon abandon abandon abandon/, "abadnon abadnon abadnon abadnon"), undefined],
    ["/srv/cold/home/cache/pulumi/akash/hosts/labs/garage/first/rack/keys/east", undefined],
  ] as const) {
    it(`takes ${JSON.stringify(text)} for ${kind ?? "ordinary text"}`, () => {
      assert.equal(secretIn(text)?.name, kind);
    });
  }

  it("tells a list of words from a list of descriptions", () => {
    const twelve = WORDS.split(" ");
    assert.equal(findSecrets([...twelve, "1. about"]).length, 1);
    const texts = ["barn", "the north barn there", "with many people around", "under some solar panels"];
    assert.deepEqual(findSecrets(texts), []);
  });

  it("goes by the name of the field itself, at any depth", () => {
    const path = (value: unknown) => findSecrets(value).map((found) => found.path.join("."));
    assert.deepEqual(path({ a: { b: { token: "x" } } }), ["a.b.token"]);
    assert.deepEqual(path({ a: { token: { b: "x" } } }), []);
    assert.deepEqual(path({ a: { api_token: "x", "api-key": "y" } }), ["a.api_token", "a.api-key"]);
  });

  it("finds every kind at any place, and never says it", () => {
    const places = fc.array(fc.stringMatching(/^[a-z]{1,6}$/), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(secretTexts, places, (secret, place) => {
        const nested = place.reduceRight<unknown>((inner, key) => ({ [key]: inner }), secret);
        assert.equal(findSecrets(nested).length, 1);
        const said = complaint({ extra: nested });
        assert(said.includes("(hidden) looks like"));
        assert(!said.includes(secret));
      }),
    );
  });
});
