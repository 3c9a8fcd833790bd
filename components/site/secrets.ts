import { wordlist } from "@scure/bip39/wordlists/english.js";

/** A kind of secret that was found in plain text. */
export interface SecretKind {
  /** Completes "looks like …". */
  readonly name: string;
  /** What to do instead. */
  readonly remedy: string;
}

const MNEMONIC: SecretKind = {
  name: "the words of a wallet",
  remedy:
    "Treat the wallet as exposed if this file was shared; put the words into an environment variable or a file of mode 0600 and name that in `wallet`.",
};
const KEY: SecretKind = {
  name: "a private key",
  remedy: "Remove it and name the file or the environment variable that holds it.",
};
const TOKEN: SecretKind = {
  name: "an access token",
  remedy: "Put it into an environment variable and name that in the field that ends in `Env`.",
};
const PASSWORD: SecretKind = {
  name: "a password or token",
  remedy:
    "Remove it; secrets are named by environment variable or file, in the fields that end in `Env` or `File`.",
};

/** BIP-39 words have 3 to 8 letters, and a wallet has 12 to 24 of them. */
const WORD = /^[a-z]{3,8}$/i;
const LEAST_WORDS = 12;
/** How many of them have to be in the list: a mistyped wallet is one all the same, a long path is none. */
const LEAST_KNOWN = 9;
const KNOWN_WORDS = new Set(wordlist);

/** Fields whose text is public although it looks random. */
const PUBLIC_FIELDS = new Set(["hostKey"]);

const SECRET_FIELD =
  /^(mnemonic|seed|words|secret|token|password|passphrase|privatekey|apikey|apitoken|key)$/i;

function isMnemonic(value: string): boolean {
  const run: boolean[] = [];
  for (const word of value.split(/[^A-Za-z]+/)) {
    if (WORD.test(word)) run.push(KNOWN_WORDS.has(word.toLowerCase()));
    else run.length = 0;
    if (run.slice(-LEAST_WORDS).filter(Boolean).length >= LEAST_KNOWN && run.length >= LEAST_WORDS)
      return true;
  }
  return false;
}

const isSingleWord = (value: unknown): boolean =>
  typeof value === "string" && value.split(/[^A-Za-z]+/).filter((word) => word !== "").length === 1;

const isPrivateKey = (value: string): boolean =>
  /-----BEGIN [A-Z ]*PRIVATE KEY/.test(value) ||
  /(?<!sha256:)\b(0x)?[0-9a-f]{64}\b/i.test(value) ||
  /^[A-Za-z0-9+/]{20,}={1,2}$/.test(value.trim());

const TOKEN_FORMS = [
  /\beyJ[\w-]{10,}\.[\w-]{10,}/, // a JSON web token
  /\b(cfut|cfat|cfk|ghp|gho|xox[bp]|sk)_[\w-]{20,}/, // prefixed tokens: Cloudflare, GitHub, …
  /(?<![\w:])[0-9a-f]{37,}\b/i, // Cloudflare's global API key has 37 hex digits
  /:\/\/[^/\s:@]+:[^/\s@]+@/, // user and password in an address
];

/** Cloudflare's API tokens are 40 letters, digits, dashes and underscores with no order in them. */
function isRandomText(value: string): boolean {
  return (value.match(/[\w-]{40,}/g) ?? []).some(
    (part) => /[a-z]/.test(part) && /[A-Z]/.test(part) && /\d/.test(part),
  );
}

/** What kind of secret a text looks like; undefined for ordinary text. */
export function secretIn(value: string): SecretKind | undefined {
  if (isMnemonic(value)) return MNEMONIC;
  if (isPrivateKey(value)) return KEY;
  if (TOKEN_FORMS.some((form) => form.test(value)) || isRandomText(value)) return TOKEN;
  return undefined;
}

export interface FoundSecret {
  readonly path: readonly PropertyKey[];
  readonly kind: SecretKind;
}

/** Every text in a value that must not stand there in plain sight, at any depth. */
export function findSecrets(value: unknown, path: readonly PropertyKey[] = []): FoundSecret[] {
  const field = path.at(-1);
  if (typeof value === "string") {
    if (typeof field === "string" && PUBLIC_FIELDS.has(field)) return [];
    const kind = secretIn(value) ?? (isSecretField(path) && value.trim() !== "" ? PASSWORD : undefined);
    return kind ? [{ path, kind }] : [];
  }
  if (Array.isArray(value)) {
    if (value.every(isSingleWord) && isMnemonic(value.join(" "))) {
      return [{ path, kind: MNEMONIC }];
    }
    return value.flatMap((item, index) => findSecrets(item, [...path, index]));
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const kind = secretIn(key);
    const inside = findSecrets(inner, [...path, key]);
    return kind === undefined ? inside : [{ path: [...path, key], kind }, ...inside];
  });
}

/** Whether a field by its name would hold a secret itself; `key` in a list of attributes is no such field. */
function isSecretField(path: readonly PropertyKey[]): boolean {
  const field = path.at(-1);
  return (
    typeof field === "string" && path[0] !== "attributes" && SECRET_FIELD.test(field.replaceAll(/[_-]/g, ""))
  );
}
