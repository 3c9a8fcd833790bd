import { createPrivateKey, createPublicKey } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { compactDecrypt } from "jose";
import { importArmor } from "../../components/wallet/keyring/armor.ts";

/** A secret that is looked for. */
export interface Needle {
  readonly name: string;
  /** Text of a recovery phrase, or the bytes of a key. */
  readonly value: string | Uint8Array;
}

/** A secret where none may be. */
export interface Finding {
  /** File, stream or process it was found in, with the containers that were opened on the way. */
  readonly where: string;
  /** Name of the needle, or the kind of container that gave a key. */
  readonly what: string;
}

export interface CanaryOptions {
  readonly needles: readonly Needle[];
  /** What sealed containers are tried with. */
  readonly passphrases: readonly (string | Buffer)[];
  /** Public keys (SPKI, PEM) whose private keys may be found, as that of an administrator's kubeconfig. */
  readonly allowed?: ReadonlySet<string>;
}

/** Containers within containers that are opened. */
const DEPTH = 4;
const SEPARATORS = [" ", ", ", ",", '","', '", "', '\\",\\"', "\n", "\\n", "%20", "+", "-", "_"];

/**
 * Looks for secrets in whatever is read: as they are and in the usual encodings, inside base64, hex and gzip, and in
 * every JWE, armor and PEM that one of the passphrases opens.
 */
export class Canary {
  readonly #forms: readonly { readonly what: string; readonly bytes: Buffer }[];
  readonly #passphrases: readonly (string | Buffer)[];
  readonly #allowed: ReadonlySet<string>;

  constructor({ needles, passphrases, allowed = new Set() }: CanaryOptions) {
    this.#forms = needles.flatMap(({ name, value }) =>
      formsOf(value).map((bytes) => ({ what: name, bytes })),
    );
    this.#passphrases = passphrases;
    this.#allowed = allowed;
  }

  /** Everything found in `content`, each kind once. */
  async search(where: string, content: string | Uint8Array): Promise<Finding[]> {
    const found = new Map<string, Finding>();
    await this.#search(where, Buffer.from(content), DEPTH, (finding) => {
      found.set(`${finding.where} ${finding.what}`, finding);
    });
    return [...found.values()];
  }

  async #search(where: string, content: Buffer, depth: number, report: (finding: Finding) => void) {
    for (const { what, bytes } of this.#forms) if (content.includes(bytes)) report({ where, what });
    if (depth === 0) return;
    if (content[0] === 0x1f && content[1] === 0x8b) {
      const plain = attempt(() => gunzipSync(content));
      if (plain) await this.#search(`${where} > gzip`, plain, depth - 1, report);
    }
    const text = content.toString("latin1");
    await this.#openContainers(where, unescaped(text), depth, report);
    for (const [kind, blob] of blobsOf(text))
      await this.#search(`${where} > ${kind}`, blob, depth - 1, report);
  }

  async #openContainers(where: string, text: string, depth: number, report: (finding: Finding) => void) {
    for (const [jwe] of text.matchAll(/eyJ[\w-]+\.[\w-]*\.[\w-]*\.[\w-]+\.[\w-]+/g)) {
      const plain = await this.#try((passphrase) => openJwe(jwe, passphrase));
      if (!plain) continue;
      report({ where, what: "JWE that opens" });
      await this.#search(`${where} > JWE`, plain, depth - 1, report);
    }
    for (const [armor] of blocksOf(text, "TENDERMINT PRIVATE KEY")) {
      const source = { origin: where, variable: "" };
      const key = await this.#try((passphrase) =>
        importArmor(armor, { ...source, passphrase: String(passphrase) }),
      );
      if (key) report({ where, what: "armor that opens" });
    }
    for (const [pem] of blocksOf(text, "(?:ENCRYPTED |RSA |EC )?PRIVATE KEY")) {
      const key = await this.#try(async (passphrase) => createPrivateKey({ key: pem, passphrase }));
      if (!key) continue;
      const publicKey = createPublicKey(key).export({ type: "spki", format: "pem" }).toString();
      if (!this.#allowed.has(publicKey)) report({ where, what: "PEM that gives a private key" });
    }
  }

  /** What the first fitting passphrase opens. */
  async #try<T>(open: (passphrase: string | Buffer) => Promise<T>): Promise<T | undefined> {
    for (const passphrase of this.#passphrases) {
      const opened = await open(passphrase).catch(() => undefined);
      if (opened !== undefined) return opened;
    }
    return undefined;
  }
}

/** The ways a secret may be written down. */
function formsOf(value: string | Uint8Array): Buffer[] {
  if (typeof value === "string") {
    const words = value.trim().split(/\s+/);
    // A few words in a row are leak enough.
    const parts = words.flatMap((_, index) => (index % 4 === 0 ? [words.slice(index, index + 4)] : []));
    const texts = SEPARATORS.flatMap((separator) => parts.map((part) => part.join(separator)));
    return [...texts.map((text) => Buffer.from(text)), ...encodingsOf(Buffer.from(value.trim()))];
  }
  const bytes = Buffer.from(value);
  const numbers = [...bytes.subarray(0, 16)];
  return [bytes, ...encodingsOf(bytes), Buffer.from(numbers.join(",")), Buffer.from(numbers.join(", "))];
}

/** Hex, and base64 wherever in a longer text its encoding may begin. */
function encodingsOf(bytes: Buffer): Buffer[] {
  const hex = bytes.toString("hex");
  const base64 = [0, 1, 2].flatMap((shift) => {
    const shifted = Buffer.concat([Buffer.alloc(shift), bytes]);
    return (["base64", "base64url"] as const).map((encoding) =>
      // Characters at the ends also hold bits of the neighbours.
      shifted
        .toString(encoding)
        .replace(/=+$/, "")
        .slice(shift === 0 ? 0 : shift + 1, -1),
    );
  });
  return [hex, hex.toUpperCase(), ...base64].map((text) => Buffer.from(text));
}

/** Decoded base64 and hex that is long enough to hold something. */
function* blobsOf(text: string): Generator<[kind: string, blob: Buffer]> {
  for (const [blob] of text.matchAll(/[A-Za-z0-9+/_-]{40,}/g)) {
    if (/^[0-9a-fA-F]+$/.test(blob)) yield ["hex", Buffer.from(blob, "hex")];
    else yield ["base64", Buffer.from(blob, "base64")];
  }
}

function blocksOf(text: string, type: string) {
  return text.matchAll(new RegExp(`-----BEGIN ${type}-----[\\s\\S]+?-----END ${type}-----`, "g"));
}

/** Line ends and quotes as they were before JSON was put into JSON. */
function unescaped(text: string): string {
  return text.replaceAll(/\\+n/g, "\n").replaceAll(/\\+r/g, "\r").replaceAll(/\\+"/g, '"');
}

async function openJwe(jwe: string, passphrase: string | Buffer): Promise<Buffer> {
  const { plaintext } = await compactDecrypt(jwe, Buffer.from(passphrase), {
    keyManagementAlgorithms: ["PBES2-HS256+A128KW", "PBES2-HS384+A192KW", "PBES2-HS512+A256KW", "dir"],
    maxPBES2Count: 1_000_000,
  });
  return Buffer.from(plaintext);
}

function attempt<T>(body: () => T): T | undefined {
  try {
    return body();
  } catch {
    return undefined;
  }
}

/** Key and value by which the engine marks a secret in an exported state (`sdk/go/common/resource/sig`). */
const SIGNATURE = { key: "4dabf18193072939515e22adb298388d", secret: "1b47061264138c4ac30d75fd1eb44270" };

/** An exported state without the values that are marked secret. */
export function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  if (Reflect.get(value, SIGNATURE.key) === SIGNATURE.secret) return undefined;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withoutSecrets(inner)]));
}
