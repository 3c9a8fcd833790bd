import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Identity } from "./pki.ts";
import { type Call, call, Refused } from "./request.ts";

/** A Kubernetes object, as far as it is looked at here. */
export interface Item {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
}

const passwords = "/api/v1/namespaces/kube-system/secrets";

/** The API server, as one of its own. */
export class Kube {
  readonly #url: string;
  readonly #ca: string;
  readonly #identity: Identity;

  constructor(url: string, authority: string, identity: Identity) {
    this.#url = url;
    this.#ca = readFileSync(authority, "utf8");
    this.#identity = identity;
  }

  async get<T>(path: string): Promise<T | undefined> {
    const { status, text } = await this.#call(path);
    if (status === 404) return undefined;
    return this.#good(path, status, text) as T;
  }

  async list(path: string): Promise<readonly Item[]> {
    return (await this.get<{ items: Item[] }>(path))?.items ?? [];
  }

  async ready(): Promise<void> {
    const { status, text } = await this.#call("/readyz");
    if (status !== 200) throw new Refused(`/readyz: ${status} ${text.slice(0, 200)}`, status);
  }

  /** Creates an object unless it is there. */
  async create(path: string, body: unknown): Promise<void> {
    const { status, text } = await this.#call(path, { method: "POST", body });
    if (status !== 409) this.#good(path, status, text);
  }

  async patch(path: string, body: unknown): Promise<void> {
    const headers = { "content-type": "application/merge-patch+json" };
    const { status, text } = await this.#call(path, { method: "PATCH", body, headers });
    this.#good(path, status, text);
  }

  async delete(path: string): Promise<void> {
    const { status, text } = await this.#call(path, { method: "DELETE" });
    if (status !== 404) this.#good(path, status, text);
  }

  /** The hash that a node of this name registered with; registers this one where there is none. */
  async nodePassword(node: string, hash: string): Promise<string> {
    const name = `${node}.node-password.k3s`;
    const data = { hash: Buffer.from(hash).toString("base64") };
    await this.create(passwords, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name },
      data,
      immutable: true,
    });
    const known = await this.get<Item>(`${passwords}/${name}`);
    return Buffer.from(known?.data?.["hash"] ?? "", "base64").toString();
  }

  async forgetPassword(node: string): Promise<void> {
    await this.delete(`${passwords}/${node}.node-password.k3s`);
  }

  #call(path: string, options: Call = {}): ReturnType<typeof call> {
    return call(`${this.#url}${path}`, { ...options, ca: this.#ca, identity: this.#identity });
  }

  #good(path: string, status: number, text: string): unknown {
    if (status >= 300) throw new Refused(`${path}: ${status} ${text.slice(0, 500)}`, status);
    return text === "" ? undefined : JSON.parse(text);
  }
}

/** The same content always has the same hash. */
export function hashOf(content: unknown): string {
  return createHash("sha256").update(JSON.stringify(content)).digest("hex").toUpperCase();
}
