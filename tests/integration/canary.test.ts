import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { gzipSync } from "node:zlib";
import { after, before, describe, it } from "mocha";
import { exportArmor } from "../../components/wallet/keyring/armor.ts";
import { keyringFiles } from "../../components/wallet/keyring/directory.ts";
import { Canary, withoutSecrets } from "../support/canary.ts";
import { CanarySite } from "./canarySupport.ts";

/**
 * A whole life of a site whose wallet is a canary: its words stand in a variable and in a file, its key and the TLS
 * key it seals are in the cluster, and nowhere else may any of them turn up.
 */
describe("the canary", function () {
  this.timeout(900_000);
  let site: CanarySite;

  before(async () => {
    site = await CanarySite.create();
    await site.live();
  });
  after(() => site?.remove());

  /** What is found when the administrator's key, which is part of the kubeconfig and of its output, is none of it. */
  const canary = () =>
    new Canary({
      needles: site.needles,
      passphrases: site.passphrases,
      allowed: new Set([publicPem(createPublicKey(site.administrator))]),
    });

  /** Finds the administrator's key to the cluster. */
  const keyFinder = () => {
    const value = site.administrator.export({ format: "der", type: "pkcs8" });
    return new Canary({
      needles: [{ name: "the administrator's key", value }],
      passphrases: site.passphrases,
    });
  };

  it("has left something to look at everywhere", () => {
    const kinds = [
      "up --json",
      "drift",
      "doctor --alert",
      "environment of",
      "verbose log",
      "calls.json",
      "events.json",
      "export",
    ];
    for (const kind of [...kinds, "command lines", "embedded site: "]) {
      const found = [...site.traces].filter(([where]) => where.includes(kind));
      assert.ok(
        found.some(([, content]) => content.length > 100),
        kind,
      );
    }
    assert.ok(String(site.traces.get("command lines")).includes("pulumi\0up"));
    assert.equal(site.needles.length, 6);
  });

  it("is found nowhere: no words, no key, and nothing that opens", async () => {
    const finder = canary();
    const findings = await Promise.all(
      [...site.traces].map(([where, content]) => finder.search(where, content)),
    );
    assert.deepEqual(findings.flat(), []);
  });

  it("leaves no key to the cluster in plain sight either", async () => {
    const finder = keyFinder();
    // Asked for; the file itself; what the bare engine logs of the stack's output and its plugin leaves behind.
    const shown = /show-secrets|embedded site: .*kubeconfig|verbose log|calls\.json|temporary files/;
    const searched = [...site.traces].filter(([where]) => !shown.test(where));
    const findings = await Promise.all(searched.map(([where, content]) => finder.search(where, content)));
    assert.deepEqual(findings.flat(), []);
  });

  it("has the key to the cluster in the state, and only as a value that is marked secret", async () => {
    const unmarked = JSON.stringify(withoutSecrets(JSON.parse(site.exported)));
    assert.ok(unmarked.includes("dev-registration"));
    assert.notDeepEqual(await keyFinder().search("all of the state", site.exported), []);
    assert.deepEqual(await keyFinder().search("what is not marked", unmarked), []);
  });

  it("leaves no temporary file behind", () => {
    assert.deepEqual(site.temporary, []);
  });

  describe("would be seen", () => {
    /** The export with something planted deep in a resource of it. */
    const planted = (value: unknown) => {
      const copy = JSON.parse(site.exported);
      copy.deployment.resources.at(-1).outputs = { nested: [{ value }] };
      return canary().search("export", JSON.stringify(copy));
    };
    const plants: readonly [how: string, what: RegExp, plant: () => unknown][] = [
      ["words", /words/, () => `x ${site.words} y`],
      ["four words in a row", /words/, () => site.words.split(" ").slice(4, 8).join(" ")],
      ["words in a list", /words/, () => site.words.split(" ")],
      ["words in JSON in JSON", /words/, () => JSON.stringify({ list: site.words.split(" ") })],
      ["words in base64", /words/, () => Buffer.from(`mnemonic: ${site.words}`).toString("base64")],
      ["words in hex", /words/, () => Buffer.from(site.words).toString("hex")],
      ["words in gzip in base64", /words/, () => gzipSync(site.words).toString("base64")],
      ["the key in hex", /wallet's key/, () => key().toString("hex")],
      ["the key in upper-case hex", /wallet's key/, () => key().toString("hex").toUpperCase()],
      ["the key in base64", /wallet's key/, () => key().toString("base64")],
      ["the key in base64url", /wallet's key/, () => key().toString("base64url")],
      ...[1, 2].map((shift): [string, RegExp, () => unknown] => [
        `the key in base64, ${shift} off`,
        /wallet's key/,
        () => Buffer.concat([Buffer.alloc(shift, 7), key(), Buffer.of(9)]).toString("base64"),
      ]),
      ["the key as numbers", /wallet's key/, () => key().toJSON()],
      ["a TLS key's scalar", /TLS key/, () => Buffer.from(site.needles.at(-1)?.value ?? "").toString("hex")],
      ["a keyring item", /JWE that opens/, async () => String((await keyring())["provider.info"])],
      [
        "a Secret's data",
        /JWE that opens/,
        async () => (await keyring())["provider.info"]?.toString("base64"),
      ],
      ["an armor", /armor that opens/, () => exportArmor(site.wallet, "test")],
      [
        "an armor in JSON",
        /armor that opens/,
        async () => JSON.stringify({ armor: await exportArmor(site.wallet, "test") }),
      ],
      ["a PEM", /PEM that gives/, () => strangeKey().export({ type: "pkcs8", format: "pem" })],
      [
        "a PEM in base64",
        /PEM that gives/,
        () => base64(strangeKey().export({ type: "sec1", format: "pem" })),
      ],
      ["the sealed key", /PEM that gives/, () => sealedBy(site.passphrases.at(-1) ?? "")],
      ["a key sealed with a poor password", /PEM that gives/, () => sealedBy("test")],
    ];
    for (const [how, what, plant] of plants) {
      it(`as ${how}`, async () => {
        const findings = await planted(await plant());
        assert.ok(
          findings.some((finding) => what.test(finding.what)),
          JSON.stringify(findings),
        );
      });
    }

    it("as raw bytes in a file", async () => {
      const content = Buffer.concat([Buffer.from("before"), key(), Buffer.from("after")]);
      assert.match((await canary().search("file", content))[0]?.what ?? "", /wallet's key/);
      assert.match((await canary().search("file", gzipSync(content)))[0]?.what ?? "", /wallet's key/);
    });

    const key = () => Buffer.from(site.wallet.privateKey());
    const keyring = async () => {
      const files = Object.entries(await keyringFiles("provider", site.wallet));
      return Object.fromEntries(files.map(([name, content]) => [name, Buffer.from(content)]));
    };
    const strangeKey = () => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    const sealedBy = (passphrase: string | Buffer) =>
      strangeKey().export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase });
    const base64 = (text: string | Buffer) => Buffer.from(text).toString("base64");
  });
});

function publicPem(key: KeyObject): string {
  return key.export({ type: "spki", format: "pem" }).toString();
}
