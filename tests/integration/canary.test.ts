import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { sha256 } from "@noble/hashes/sha2.js";
import { after, before, describe, it } from "mocha";
import { parse } from "yaml";
import { type Cluster, openCluster } from "../../components/cluster/index.ts";
import { exportArmor } from "../../components/wallet/keyring/armor.ts";
import { keyringFiles } from "../../components/wallet/keyring/directory.ts";
import { KeyWallet } from "../../components/wallet/keyWallet.ts";
import { deriveKey, generateWords } from "../../components/wallet/mnemonic.ts";
import { Canary, type Needle, withoutSecrets } from "../support/canary.ts";
import { CommandLines, daemonEnvironments, filesBelow } from "../support/canaryProcesses.ts";
import { Checkout } from "../support/checkout.ts";

const SERVICES = "/api/v1/namespaces/akash-services/secrets";

/**
 * A whole life of a site whose wallet is a canary: its words stand in a variable and in a file, its key and the TLS
 * key it seals are in the cluster, and nowhere else may any of them turn up.
 */
describe("the canary", function () {
  this.timeout(900_000);
  const words = generateWords();
  /** All that was written while the site lived, by where. */
  const traces = new Map<string, string | Buffer>();
  /** Of a service that is not there: addresses of webhooks are passwords themselves. */
  const webhook = `http://127.0.0.1:2/${randomBytes(16).toString("hex")}`;
  const needles: Needle[] = [
    { name: "the wallet's words", value: words },
    { name: "the webhook's address", value: webhook },
  ];
  const passphrases: (string | Buffer)[] = ["test", "", "dev", words];
  let folder: string;
  let checkout: Checkout;
  let wallet: KeyWallet;
  let exported: string;
  let administrator: KeyObject;
  let temporary: string[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "pulumi-akash-canary-"));
    wallet = new KeyWallet(await deriveKey(words));
    needles.push({ name: "the wallet's key", value: wallet.privateKey() });
    const sealing = Buffer.from(await wallet.sign(sha256(Buffer.from(wallet.address))));
    passphrases.push(sealing);
    needles.push({ name: "the password that seals the TLS key", value: sealing });
    const commandLines = new CommandLines();
    try {
      await live(sealing);
    } finally {
      commandLines.stop();
    }
    traces.set("command lines", [...commandLines.seen].join("\n"));
  });
  after(async () => {
    await checkout?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  const environment = () => ({
    CANARY_WORDS: words,
    CANARY_WEBHOOK: webhook,
    TMPDIR: join(folder, "tmp"),
    XDG_STATE_HOME: join(folder, "state"),
    PULUMI_HOME: join(folder, "pulumi"),
  });
  /** A command of the project, with all it says kept. */
  const run = async (...args: string[]) => {
    const result = await checkout.runWith(environment(), ...args);
    traces.set(`\`${args.join(" ")}\` (${traces.size})`, result.stdout + result.stderr);
    return result;
  };

  async function live(sealing: Buffer): Promise<void> {
    await mkdir(join(folder, "tmp"));
    checkout = await Checkout.create();
    const embedded = join(checkout.folder, ".embedded");
    await mkdir(embedded, { mode: 0o700 });
    await writeFile(join(embedded, "wallet.mnemonic"), words, { mode: 0o600 });
    const declared = await checkout.read("Pulumi.dev.yaml");
    const fromVariable = declared.replace(
      /wallet: \{.*?\}/,
      "wallet: {mnemonicEnv: CANARY_WORDS}\n    alerts: {webhookEnv: CANARY_WEBHOOK}",
    );
    assert.notEqual(fromVariable, declared);
    await writeFile(join(checkout.folder, "Pulumi.dev.yaml"), fromVariable);

    const up = await run("up", "--json");
    assert.equal(up.code, 0, up.stderr);
    const cluster = await openCluster({ kubeconfigPath: join(embedded, "kubeconfig") });
    await rememberTlsKey(cluster, sealing);
    administrator = administratorKey(await checkout.read(".embedded/kubeconfig"));
    for (const [name, content] of daemonEnvironments(embedded)) traces.set(`environment of ${name}`, content);

    const well = await run("doctor", "--json");
    assert.equal(well.code, 0, well.stdout);
    await run("status");
    // Keyring and certificate are made again under the engine's most talkative logs.
    for (const name of ["akash-provider-keyring", "akash-provider-certificate"]) {
      await cluster.request("DELETE", `${SERVICES}/${name}`);
    }
    const drift = await run("drift", "--json");
    assert.equal(drift.code, 2, drift.stderr);
    const ill = await run("doctor", "--alert");
    assert.equal(ill.code, 1);
    assert.match(ill.stderr, /The webhook of CANARY_WEBHOOK cannot be reached/);
    temporary = [...filesBelow(join(folder, "tmp")).keys()];
    await runEngine("up", "--yes", "--refresh", "--run-program", "--skip-preview");
    await rememberTlsKey(cluster, sealing);
    exported = (await runEngine("stack", "export", "--show-secrets")).stdout;
    traces.set("stack export --show-secrets", exported);
    await run("outputs", "--show-secrets");
    await runEngine("destroy", "--yes", "--refresh", "--run-program");
    keepFiles("engine's home", join(folder, "pulumi"));
    keepFiles("signing state", join(folder, "state"));
    keepFiles("temporary files", join(folder, "tmp"));
    // Where secrets belong: the words' own file, the cluster's own keys, and its database, which holds the Secrets.
    keepFiles("embedded site", embedded, (path) => !/wallet\.mnemonic$|\/pki\/|\/etcd\//.test(path));
    assert.equal((await run("down")).code, 0);
    assert.ok(!existsSync(embedded));
  }

  /** The engine itself, with event log, a log of all its calls to plugins, and every message it knows to write. */
  async function runEngine(...args: string[]): Promise<{ stdout: string }> {
    const { stdout: exports } = await run("env");
    const variables = [...exports.matchAll(/^export (\w+)='(.*)'$/gm)].map(([, name, value]) => [
      name,
      value,
    ]);
    const what = `pulumi ${args[0]} ${args[1]}`;
    const [calls, events] = [join(folder, "calls.json"), join(folder, "events.json")];
    const logging = args[0] === "stack" ? [] : ["--event-log", events, "--logtostderr", "--logflow", "-v=9"];
    const child = spawn("pulumi", [...args, "--stack", "dev", "--non-interactive", ...logging], {
      cwd: checkout.folder,
      env: {
        ...process.env,
        ...environment(),
        ...Object.fromEntries(variables),
        PULUMI_DEBUG_COMMANDS: "true",
        PULUMI_DEBUG_GRPC: calls,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    const code = await new Promise((resolve) => child.once("close", resolve));
    const stdout = Buffer.concat(out).toString();
    const log = Buffer.concat(err);
    assert.equal(code, 0, log.toString().slice(-3000));
    if (logging.length > 0) traces.set(`${what}: output`, stdout);
    traces.set(`${what}: verbose log`, log);
    for (const [file, content] of filesBelow(folder, (path) => [calls, events].includes(path))) {
      traces.set(`${what}: ${file}`, content);
      await rm(file);
    }
    return { stdout };
  }

  function keepFiles(what: string, path: string, keep?: (file: string) => boolean): void {
    if (!existsSync(path)) return;
    for (const [file, content] of filesBelow(path, keep)) traces.set(`${what}: ${file}`, content);
  }

  /** Opens the sealed key in the cluster and looks for what is in it from then on. */
  async function rememberTlsKey(cluster: Cluster, sealing: Buffer): Promise<void> {
    const secret = await cluster.getSecret("akash-services", "akash-provider-certificate");
    const sealed = Buffer.from(secret?.data[`${wallet.address}.pem`] ?? "").toString();
    const key = createPrivateKey({ key: sealed, passphrase: sealing });
    needles.push({
      name: "a TLS key",
      value: Buffer.from(key.export({ format: "jwk" }).d ?? "", "base64url"),
    });
  }

  /** What is found when the administrator's key, which is part of the kubeconfig and of its output, is none of it. */
  const canary = () =>
    new Canary({ needles, passphrases, allowed: new Set([publicPem(createPublicKey(administrator))]) });

  /** Finds the administrator's key to the cluster. */
  const keyFinder = () => {
    const value = administrator.export({ format: "der", type: "pkcs8" });
    return new Canary({ needles: [{ name: "the administrator's key", value }], passphrases });
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
      const found = [...traces].filter(([where]) => where.includes(kind));
      assert.ok(
        found.some(([, content]) => content.length > 100),
        kind,
      );
    }
    assert.ok(String(traces.get("command lines")).includes("pulumi\0up"));
    assert.equal(needles.length, 6);
  });

  it("is found nowhere: no words, no key, and nothing that opens", async () => {
    const finder = canary();
    const findings = await Promise.all([...traces].map(([where, content]) => finder.search(where, content)));
    assert.deepEqual(findings.flat(), []);
  });

  it("leaves no key to the cluster in plain sight either", async () => {
    const finder = keyFinder();
    // Asked for; the file itself; what the bare engine logs of the stack's output and its plugin leaves behind.
    const shown = /show-secrets|embedded site: .*kubeconfig|verbose log|calls\.json|temporary files/;
    const searched = [...traces].filter(([where]) => !shown.test(where));
    const findings = await Promise.all(searched.map(([where, content]) => finder.search(where, content)));
    assert.deepEqual(findings.flat(), []);
  });

  it("has the key to the cluster in the state, and only as a value that is marked secret", async () => {
    const unmarked = JSON.stringify(withoutSecrets(JSON.parse(exported)));
    assert.ok(unmarked.includes("dev-registration"));
    assert.notDeepEqual(await keyFinder().search("all of the state", exported), []);
    assert.deepEqual(await keyFinder().search("what is not marked", unmarked), []);
  });

  it("leaves no temporary file behind", () => {
    assert.deepEqual(temporary, []);
  });

  describe("would be seen", () => {
    /** The export with something planted deep in a resource of it. */
    const planted = (value: unknown) => {
      const copy = JSON.parse(exported);
      copy.deployment.resources.at(-1).outputs = { nested: [{ value }] };
      return canary().search("export", JSON.stringify(copy));
    };
    const plants: readonly [how: string, what: RegExp, plant: () => unknown][] = [
      ["words", /words/, () => `x ${words} y`],
      ["four words in a row", /words/, () => words.split(" ").slice(4, 8).join(" ")],
      ["words in a list", /words/, () => words.split(" ")],
      ["words in JSON in JSON", /words/, () => JSON.stringify({ list: words.split(" ") })],
      ["words in base64", /words/, () => Buffer.from(`mnemonic: ${words}`).toString("base64")],
      ["words in hex", /words/, () => Buffer.from(words).toString("hex")],
      ["words in gzip in base64", /words/, () => gzipSync(words).toString("base64")],
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
      ["a TLS key's scalar", /TLS key/, () => Buffer.from(needles.at(-1)?.value ?? "").toString("hex")],
      ["a keyring item", /JWE that opens/, async () => String((await keyring())["provider.info"])],
      [
        "a Secret's data",
        /JWE that opens/,
        async () => (await keyring())["provider.info"]?.toString("base64"),
      ],
      ["an armor", /armor that opens/, () => exportArmor(wallet, "test")],
      [
        "an armor in JSON",
        /armor that opens/,
        async () => JSON.stringify({ armor: await exportArmor(wallet, "test") }),
      ],
      ["a PEM", /PEM that gives/, () => strangeKey().export({ type: "pkcs8", format: "pem" })],
      [
        "a PEM in base64",
        /PEM that gives/,
        () => base64(strangeKey().export({ type: "sec1", format: "pem" })),
      ],
      ["the sealed key", /PEM that gives/, () => sealedBy(passphrases.at(-1) ?? "")],
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

    const key = () => Buffer.from(wallet.privateKey());
    const keyring = async () => {
      const files = Object.entries(await keyringFiles("provider", wallet));
      return Object.fromEntries(files.map(([name, content]) => [name, Buffer.from(content)]));
    };
    const strangeKey = () => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    const sealedBy = (passphrase: string | Buffer) =>
      strangeKey().export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase });
    const base64 = (text: string | Buffer) => Buffer.from(text).toString("base64");
  });
});

function administratorKey(kubeconfig: string): KeyObject {
  const { users } = parse(kubeconfig) as { users: [{ user: { "client-key-data": string } }] };
  return createPrivateKey(Buffer.from(users[0].user["client-key-data"], "base64"));
}

function publicPem(key: KeyObject): string {
  return key.export({ type: "spki", format: "pem" }).toString();
}
