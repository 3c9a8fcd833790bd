import { TsigSecretMissing } from "./errors.ts";
import { readSecretFile } from "./secretFile.ts";
import type { TsigAlgorithm, TsigKey } from "./tsig.ts";

/** A TSIG key without its secret: it may be stored and shown. */
export interface TsigKeySource {
  readonly keyName: string;
  /** Default: `hmac-sha256`. */
  readonly algorithm?: TsigAlgorithm;
  /** Environment variable with the base64 secret. */
  readonly secretEnv?: string;
  /** File, mode 0600 or stricter, with the base64 secret; `~/` is the home folder. */
  readonly secretFile?: string;
}

function readSecret({ keyName, secretEnv, secretFile }: TsigKeySource, env: NodeJS.ProcessEnv): string {
  if (secretEnv !== undefined) {
    const value = env[secretEnv];
    if (value) return value;
    throw new TsigSecretMissing(
      `The environment variable ${secretEnv} is not set; it holds the secret of the TSIG key ${keyName} in base64.`,
    );
  }
  if (secretFile === undefined) {
    throw new TsigSecretMissing(
      `Nothing says where the secret of the TSIG key ${keyName} is. Set \`secretEnv\` or \`secretFile\`.`,
    );
  }
  return readSecretFile(
    secretFile,
    (path) =>
      new TsigSecretMissing(
        `The file ${path}, with the secret of the TSIG key ${keyName}, cannot be read. Check \`secretFile\` and who owns it.`,
      ),
  );
}

/**
 * Reads the key's secret now; it goes nowhere but into signatures.
 *
 * @throws TsigSecretMissing, SecretFileExposed
 */
export function openTsigKey(source: TsigKeySource, env: NodeJS.ProcessEnv = process.env): TsigKey {
  const text = readSecret(source, env).trim();
  const secret = Buffer.from(text, "base64");
  if (secret.length === 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) {
    throw new TsigSecretMissing(
      `What stands for the secret of the TSIG key ${source.keyName} is not base64. Take it from the line \`secret\` of the key.`,
    );
  }
  return { name: source.keyName, algorithm: source.algorithm ?? "hmac-sha256", secret };
}
