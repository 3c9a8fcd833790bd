/** Any failure to obtain or use a wallet. No message ever holds a word, a key or a passphrase of the user. */
export class WalletError extends Error {
  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}

/** An environment variable that the wallet's declaration names is not set. */
export class WalletVariableMissing extends WalletError {
  /** @param holds what it should hold, for example `the wallet's words` */
  constructor(variable: string, holds: string) {
    super(`The environment variable ${variable} is not set. It must hold ${holds}; export it and try again.`);
  }
}

export class WalletFileMissing extends WalletError {
  constructor(path: string) {
    super(`The wallet file ${path} can't be read. Check the path in \`wallet\` and who owns the file.`);
  }
}

/** Others than the owner may read the file. */
export class WalletFileExposed extends WalletError {
  constructor(path: string, mode: number) {
    const octal = (mode & 0o777).toString(8).padStart(4, "0");
    super(`The wallet file ${path} has mode ${octal}, so others can read it. Run: chmod 600 ${path}`);
  }
}

/** A new wallet is never written over an existing one. */
export class WalletFileExists extends WalletError {
  constructor(path: string) {
    super(`The wallet file ${path} exists already and is left as it is. Use it, or choose another path.`);
  }
}

export class BackupNotConfirmed extends WalletError {
  constructor() {
    super(
      "The new wallet was not kept, since its words were not given back. Start again with pen and paper ready.",
    );
  }
}

/** The words are not a valid BIP-39 phrase. */
export class MnemonicInvalid extends WalletError {
  constructor(origin: string, problem: string) {
    super(`The words in ${origin} are not a valid recovery phrase: ${problem}.`);
  }
}

/** The words should be asked for, but nobody can be asked. */
export class PromptUnavailable extends WalletError {
  constructor() {
    super(
      "The wallet's words should be typed in (`wallet: {prompt: true}`), but this is no terminal. Use `npm run up` in a terminal, or name a variable with `wallet: {mnemonicEnv: …}`.",
    );
  }
}

/** The private key of a sealed certificate does not open with this wallet: "private key not decryptable". */
export class ProviderKeyNotDecryptable extends WalletError {
  constructor(address: string) {
    super(
      `The sealed TLS key can't be decrypted by the wallet ${address}: it was sealed by another wallet, or is damaged. Configure the wallet that made it, or let \`up\` make and publish a new certificate.`,
    );
  }
}

export class KeyNotFound extends WalletError {
  constructor(directory: string, keyName: string, existing: readonly string[]) {
    const known = existing.length > 0 ? `it has: ${existing.join(", ")}` : "it holds no keys";
    super(
      `The keyring ${directory} has no key "${keyName}"; ${known}. Correct \`keyName\` or \`keyringDir\`.`,
    );
  }
}

export class KeyringItemUnreadable extends WalletError {
  constructor(path: string, backend: string) {
    super(
      `The keyring item ${path} can't be read as one of backend \`${backend}\`. Check \`backend\`, or export the key again with \`keys export\`.`,
    );
  }
}

export class KeyringPassphraseUndeclared extends WalletError {
  constructor(directory: string) {
    super(
      `The keyring ${directory} has backend \`file\`, and \`wallet\` names no \`passphraseEnv\`. Name the environment variable with its passphrase.`,
    );
  }
}

/** What the binaries answer with "too many failed passphrase attempts". */
export class KeyringPassphraseWrong extends WalletError {
  constructor(directory: string, variable: string) {
    super(
      `The passphrase in ${variable} does not open the keyring ${directory} (a Cosmos binary would say "too many failed passphrase attempts"). Set it to the passphrase the keyring was made with.`,
    );
  }
}

/** A Ledger, multisig or watch-only key, or another algorithm. */
export class KeyUnusable extends WalletError {
  constructor(keyName: string, problem: string) {
    super(`The key "${keyName}" can't run a provider: ${problem}. Use a local secp256k1 key.`);
  }
}

export class ArmorInvalid extends WalletError {
  constructor(origin: string, problem: string) {
    super(`${origin} is not an armored private key: ${problem}. Export it again with \`keys export NAME\`.`);
  }
}

/** "unrecognized KDF type". */
export class ArmorKdfUnknown extends WalletError {
  constructor(origin: string, kdf: string) {
    super(
      `${origin} is protected with an unrecognized KDF type "${kdf}"; bcrypt and argon2 are known. Export the key with the chain's own binary.`,
    );
  }
}

export class ArmorPassphraseWrong extends WalletError {
  constructor(origin: string, variable: string) {
    super(
      `The passphrase in ${variable} does not open ${origin}. Set it to the one given to \`keys export\`.`,
    );
  }
}

/** Older binaries answer "Bytes left over in UnmarshalBinaryLengthPrefixed". */
export class KeyringFormatTooNew extends WalletError {
  constructor(imageVersion: string) {
    super(
      `The provider image ${imageVersion} can't read this keyring: it would fail with "Bytes left over in UnmarshalBinaryLengthPrefixed". Use provider ${firstProviderWithProtoKeyring} or newer.`,
    );
  }
}

/** First provider release on Cosmos SDK 0.53, whose keyrings hold protobuf records. */
export const firstProviderWithProtoKeyring = "0.10.0";

/** The Secret already holds another wallet's key, perhaps the only copy of it. */
export class KeyringOccupied extends WalletError {
  constructor(secret: string, found: string, declared: string) {
    super(
      `The Secret ${secret} holds the key of ${found}, and the declared wallet is ${declared}. Declare that wallet, or back its key up and delete the Secret.`,
    );
  }
}

export class KeyNameInvalid extends WalletError {
  constructor(keyName: string) {
    super(`The key name "${keyName}" can't name a file of a Secret. Use letters, digits, ".", "_" and "-".`);
  }
}
