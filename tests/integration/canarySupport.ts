import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createPrivateKey, type KeyObject, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256 } from "@noble/hashes/sha2.js";
import { parse } from "yaml";
import { type Cluster, openCluster } from "../../components/cluster/index.ts";
import { KeyWallet } from "../../components/wallet/keyWallet.ts";
import { deriveKey, generateWords } from "../../components/wallet/mnemonic.ts";
import type { Needle } from "../support/canary.ts";
import { CommandLines, daemonEnvironments, filesBelow } from "../support/canaryProcesses.ts";
import { Checkout } from "../support/checkout.ts";

const SERVICES = "/api/v1/namespaces/akash-services/secrets";

/** A site whose wallet is a canary, and what its life has left behind. */
export class CanarySite {
  readonly words: string;
  readonly wallet: KeyWallet;
  /** All that was written while the site lived, by where. */
  readonly traces = new Map<string, string | Buffer>();
  /** What may turn up nowhere. */
  readonly needles: Needle[];
  readonly passphrases: (string | Buffer)[];
  /** Temporary files that lay about while the site stood. */
  temporary: readonly string[] = [];
  /** The state with its secrets shown. */
  exported = "";
  #administrator: KeyObject | undefined;
  readonly #folder: string;
  readonly #checkout: Checkout;
  readonly #sealing: Buffer;
  /** Of a service that is not there: addresses of webhooks are passwords themselves. */
  readonly #webhook = `http://127.0.0.1:2/${randomBytes(16).toString("hex")}`;

  private constructor(words: string, wallet: KeyWallet, sealing: Buffer, folder: string, checkout: Checkout) {
    this.words = words;
    this.wallet = wallet;
    this.#sealing = sealing;
    this.#folder = folder;
    this.#checkout = checkout;
    this.needles = [
      { name: "the wallet's words", value: words },
      { name: "the webhook's address", value: this.#webhook },
      { name: "the wallet's key", value: wallet.privateKey() },
      { name: "the password that seals the TLS key", value: sealing },
    ];
    this.passphrases = ["test", "", "dev", words, sealing];
  }

  static async create(): Promise<CanarySite> {
    const words = generateWords();
    const folder = await mkdtemp(join(tmpdir(), "pulumi-akash-canary-"));
    const wallet = new KeyWallet(await deriveKey(words));
    const sealing = Buffer.from(await wallet.sign(sha256(Buffer.from(wallet.address))));
    await mkdir(join(folder, "tmp"));
    return new CanarySite(words, wallet, sealing, folder, await Checkout.create());
  }

  /** The administrator's key to the cluster, which is part of the kubeconfig and of its output. */
  get administrator(): KeyObject {
    assert.ok(this.#administrator, "the site has not stood yet");
    return this.#administrator;
  }

  /** From `up` to `down`, with what is done to a site in between. */
  async live(): Promise<void> {
    const commandLines = new CommandLines();
    try {
      await this.#standUp();
      await this.#beLookedAfter();
      await this.#goAway();
    } finally {
      commandLines.stop();
    }
    this.traces.set("command lines", [...commandLines.seen].join("\n"));
  }

  async remove(): Promise<void> {
    await this.#checkout.remove();
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #embedded(): string {
    return join(this.#checkout.folder, ".embedded");
  }

  get #environment() {
    return {
      CANARY_WORDS: this.words,
      CANARY_WEBHOOK: this.#webhook,
      TMPDIR: join(this.#folder, "tmp"),
      XDG_STATE_HOME: join(this.#folder, "state"),
      PULUMI_HOME: join(this.#folder, "pulumi"),
    };
  }

  async #standUp(): Promise<void> {
    await mkdir(this.#embedded, { mode: 0o700 });
    await writeFile(join(this.#embedded, "wallet.mnemonic"), this.words, { mode: 0o600 });
    const declared = await this.#checkout.read("Pulumi.dev.yaml");
    const fromVariable = declared.replace(
      /wallet: \{.*?\}/,
      "wallet: {mnemonicEnv: CANARY_WORDS}\n    alerts: {webhookEnv: CANARY_WEBHOOK}",
    );
    assert.notEqual(fromVariable, declared);
    await writeFile(join(this.#checkout.folder, "Pulumi.dev.yaml"), fromVariable);

    const up = await this.#run("up", "--json");
    assert.equal(up.code, 0, up.stderr);
    await this.#rememberTlsKey(await this.#cluster());
    this.#administrator = administratorKey(await this.#checkout.read(".embedded/kubeconfig"));
    for (const [name, content] of daemonEnvironments(this.#embedded)) {
      this.traces.set(`environment of ${name}`, content);
    }
  }

  async #beLookedAfter(): Promise<void> {
    const cluster = await this.#cluster();
    const well = await this.#run("doctor", "--json");
    assert.equal(well.code, 0, well.stdout);
    await this.#run("status");
    // Keyring and certificate are made again under the engine's most talkative logs.
    for (const name of ["akash-provider-keyring", "akash-provider-certificate"]) {
      await cluster.request("DELETE", `${SERVICES}/${name}`);
    }
    const drift = await this.#run("drift", "--json");
    assert.equal(drift.code, 2, drift.stderr);
    const ill = await this.#run("doctor", "--alert");
    assert.equal(ill.code, 1);
    assert.match(ill.stderr, /The webhook of CANARY_WEBHOOK cannot be reached/);
    this.temporary = [...filesBelow(join(this.#folder, "tmp")).keys()];
    await this.#runEngine("up", "--yes", "--refresh", "--run-program", "--skip-preview");
    await this.#rememberTlsKey(cluster);
    this.exported = (await this.#runEngine("stack", "export", "--show-secrets")).stdout;
    this.traces.set("stack export --show-secrets", this.exported);
    await this.#run("outputs", "--show-secrets");
  }

  async #goAway(): Promise<void> {
    await this.#runEngine("destroy", "--yes", "--refresh", "--run-program");
    this.#keepFiles("engine's home", join(this.#folder, "pulumi"));
    this.#keepFiles("signing state", join(this.#folder, "state"));
    this.#keepFiles("temporary files", join(this.#folder, "tmp"));
    // Where secrets belong: the words' own file, the cluster's own keys, and its database, which holds the Secrets.
    this.#keepFiles(
      "embedded site",
      this.#embedded,
      (path) => !/wallet\.mnemonic$|\/pki\/|\/etcd\//.test(path),
    );
    assert.equal((await this.#run("down")).code, 0);
    assert.ok(!existsSync(this.#embedded));
  }

  #cluster(): Promise<Cluster> {
    return openCluster({ kubeconfigPath: join(this.#embedded, "kubeconfig") });
  }

  /** A command of the project, with all it says kept. */
  async #run(...args: string[]) {
    const result = await this.#checkout.runWith(this.#environment, ...args);
    this.traces.set(`\`${args.join(" ")}\` (${this.traces.size})`, result.stdout + result.stderr);
    return result;
  }

  /** The engine itself, with event log, a log of all its calls to plugins, and every message it knows to write. */
  async #runEngine(...args: string[]): Promise<{ stdout: string }> {
    const { stdout: exports } = await this.#run("env");
    const variables = [...exports.matchAll(/^export (\w+)='(.*)'$/gm)].map(([, name, value]) => [
      name,
      value,
    ]);
    const what = `pulumi ${args[0]} ${args[1]}`;
    const [calls, events] = [join(this.#folder, "calls.json"), join(this.#folder, "events.json")];
    const logging = args[0] === "stack" ? [] : ["--event-log", events, "--logtostderr", "--logflow", "-v=9"];
    const child = spawn("pulumi", [...args, "--stack", "dev", "--non-interactive", ...logging], {
      cwd: this.#checkout.folder,
      env: {
        ...process.env,
        ...this.#environment,
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
    if (logging.length > 0) this.traces.set(`${what}: output`, stdout);
    this.traces.set(`${what}: verbose log`, log);
    for (const [file, content] of filesBelow(this.#folder, (path) => [calls, events].includes(path))) {
      this.traces.set(`${what}: ${file}`, content);
      await rm(file);
    }
    return { stdout };
  }

  #keepFiles(what: string, path: string, keep?: (file: string) => boolean): void {
    if (!existsSync(path)) return;
    for (const [file, content] of filesBelow(path, keep)) this.traces.set(`${what}: ${file}`, content);
  }

  /** Opens the sealed key in the cluster and looks for what is in it from then on. */
  async #rememberTlsKey(cluster: Cluster): Promise<void> {
    const secret = await cluster.getSecret("akash-services", "akash-provider-certificate");
    const sealed = Buffer.from(secret?.data[`${this.wallet.address}.pem`] ?? "").toString();
    const key = createPrivateKey({ key: sealed, passphrase: this.#sealing });
    this.needles.push({
      name: "a TLS key",
      value: Buffer.from(key.export({ format: "jwk" }).d ?? "", "base64url"),
    });
  }
}

function administratorKey(kubeconfig: string): KeyObject {
  const { users } = parse(kubeconfig) as { users: [{ user: { "client-key-data": string } }] };
  return createPrivateKey(Buffer.from(users[0].user["client-key-data"], "base64"));
}
