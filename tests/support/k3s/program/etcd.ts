import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { programs, say, start, until } from "./children.ts";
import { authorityFile, type Identity, issue } from "./pki.ts";
import { call, Refused } from "./request.ts";
import { type Settings, serverFolder } from "./settings.ts";

export interface Member {
  readonly ID: string;
  readonly name?: string;
  readonly peerURLs: readonly string[];
  readonly clientURLs?: readonly string[];
  readonly isLearner?: boolean;
}

/** Folder of the data below `server/db`: members of a cluster, or what plays SQLite. */
export type Store = "etcd" | ".sqlite-stand-in";

/** A server's etcd. */
export class Etcd {
  readonly #settings: Settings;
  readonly #store: Store;
  readonly #identity: Identity;

  /** @param file of the certificate; another one beside a service that runs */
  constructor(settings: Settings, store: Store = "etcd", file = "etcd/server-client") {
    this.#settings = settings;
    this.#store = store;
    const names = ["DNS:localhost", "IP:127.0.0.1", `IP:${settings.nodeIp}`];
    this.#identity = issue(serverFolder(settings), "server-ca", file, "/CN=etcd", names);
  }

  get folder(): string {
    return join(serverFolder(this.#settings), "db", this.#store);
  }

  /** The member's name, kept with its data. */
  get name(): string {
    const file = join(this.folder, "name");
    return existsSync(file) ? readFileSync(file, "utf8").trim() : "";
  }

  #writeName(): string {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const name = `${this.#settings.nodeName}-${randomBytes(4).toString("hex")}`;
    writeFileSync(join(this.folder, "name"), name);
    return name;
  }

  /** Starts a member that is alone, or the one whose data is there. */
  async start(): Promise<void> {
    const name = this.name || this.#writeName();
    this.#run(name, `${name}=${this.#peer}`, "new");
    await until("Waiting for etcd server to become available", () => this.status());
  }

  /** Joins the members at another server: learner first, voter once it has caught up. */
  async join(server: string): Promise<void> {
    if (this.name !== "") return this.start();
    const others = `https://${server}:2379`;
    const before = await this.members(others);
    const name = this.#writeName();
    // Of an attempt that was cut off, with the same address.
    for (const { ID, peerURLs } of before.filter(({ peerURLs }) => peerURLs.includes(this.#peer))) {
      say("info", `Removing etcd member ${ID} of an earlier attempt at ${peerURLs.join(",")}`);
      await this.#api("/v3/cluster/member/remove", { ID }, others);
    }
    try {
      const added = await this.#api<{ member: Member; members: Member[] }>(
        "/v3/cluster/member/add",
        { peerURLs: [this.#peer], isLearner: true },
        others,
      );
      const cluster = added.members.map(
        (member) => `${member.ID === added.member.ID ? name : member.name}=${member.peerURLs[0]}`,
      );
      this.#run(name, cluster.join(","), "existing");
      await until("Waiting for etcd learner to catch up", () =>
        this.#api("/v3/cluster/member/promote", { ID: added.member.ID }, others),
      );
    } catch (error) {
      rmSync(this.folder, { recursive: true, force: true });
      throw error;
    }
    await until("Waiting for etcd server to become available", () => this.status());
  }

  status(): Promise<unknown> {
    return this.#api("/v3/maintenance/status", {});
  }

  async members(url = this.url): Promise<readonly Member[]> {
    return (await this.#api<{ members: Member[] }>("/v3/cluster/member/list", {}, url)).members;
  }

  async remove(ID: string): Promise<void> {
    await this.#api("/v3/cluster/member/remove", { ID });
  }

  async put(key: string, value: string): Promise<void> {
    await this.#api("/v3/kv/put", { key: base64(key), value: base64(value) });
  }

  async get(key: string): Promise<string | undefined> {
    const { kvs = [] } = await this.#api<{ kvs?: { value: string }[] }>("/v3/kv/range", { key: base64(key) });
    return kvs[0] === undefined ? undefined : Buffer.from(kvs[0].value, "base64").toString();
  }

  /** Writes a snapshot with its checksum, as `etcdctl snapshot save` does. */
  async snapshot(file: string): Promise<void> {
    const text = await this.#say("/v3/maintenance/snapshot", {}, this.url);
    const parts = text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
    const failed = parts.find(({ error }) => error !== undefined);
    if (failed !== undefined) throw new Error(failed.error.message);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(
      `${file}.part`,
      Buffer.concat(parts.map(({ result }) => Buffer.from(result.blob ?? "", "base64"))),
      {
        mode: 0o600,
      },
    );
    renameSync(`${file}.part`, file);
  }

  /** Replaces the data by a snapshot's, with this server as the only member; not while it runs. */
  restore(file: string): void {
    const fresh = `${this.folder}.new`;
    rmSync(fresh, { recursive: true, force: true });
    const name = `${this.#settings.nodeName}-${randomBytes(4).toString("hex")}`;
    execFileSync(
      `${programs}/etcdutl`,
      [
        ...["snapshot", "restore", file, `--name=${name}`, `--data-dir=${fresh}`],
        ...[`--initial-cluster=${name}=${this.#peer}`, `--initial-advertise-peer-urls=${this.#peer}`],
      ],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    writeFileSync(join(fresh, "name"), name);
    mkdirSync(dirname(this.folder), { recursive: true, mode: 0o700 });
    if (existsSync(this.folder)) renameSync(this.folder, `${this.folder}-old-${Date.now()}`);
    renameSync(fresh, this.folder);
  }

  get url(): string {
    return "https://127.0.0.1:2379";
  }

  get #peer(): string {
    return `https://${this.#store === "etcd" ? this.#settings.nodeIp : "127.0.0.1"}:2380`;
  }

  get #authority(): string {
    return authorityFile(serverFolder(this.#settings), "server-ca");
  }

  /** What the API server needs to reach it. */
  get clientArgs(): string[] {
    return [
      `--etcd-servers=${this.url}`,
      `--etcd-cafile=${this.#authority}`,
      `--etcd-certfile=${this.#identity.certificate}`,
      `--etcd-keyfile=${this.#identity.key}`,
    ];
  }

  #run(name: string, cluster: string, state: "new" | "existing"): void {
    const clients = this.#store === "etcd" ? [this.url, `https://${this.#settings.nodeIp}:2379`] : [this.url];
    const tls = (prefix: string) => [
      `--${prefix}client-cert-auth`,
      `--${prefix}trusted-ca-file=${this.#authority}`,
      `--${prefix}cert-file=${this.#identity.certificate}`,
      `--${prefix}key-file=${this.#identity.key}`,
    ];
    const args = [
      ...[`--name=${name}`, `--data-dir=${this.folder}`, "--log-level=warn", "--snapshot-count=1000"],
      ...[`--listen-client-urls=${clients.join(",")}`, `--advertise-client-urls=${clients.at(-1)}`],
      ...[`--listen-peer-urls=${this.#peer}`, `--initial-advertise-peer-urls=${this.#peer}`],
      ...[
        `--initial-cluster=${cluster}`,
        `--initial-cluster-state=${state}`,
        "--strict-reconfig-check=false",
      ],
      ...[...tls(""), ...tls("peer-"), "--unsafe-no-fsync"],
    ];
    start("etcd", args, "fail");
  }

  async #api<T>(path: string, body: unknown, url = this.url): Promise<T> {
    return JSON.parse(await this.#say(path, body, url)) as T;
  }

  async #say(path: string, body: unknown, url: string): Promise<string> {
    const ca = readFileSync(this.#authority, "utf8");
    const { status, text } = await call(`${url}${path}`, {
      method: "POST",
      body,
      ca,
      identity: this.#identity,
    });
    if (status >= 300) throw new Refused(`etcd at ${url}${path}: ${status} ${text.trim()}`, status);
    return text;
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
