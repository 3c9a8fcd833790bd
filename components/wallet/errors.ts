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
