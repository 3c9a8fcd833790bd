import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import ssh2, { type AnyAuthMethod } from "ssh2";
import { absolutePath } from "../cluster/paths.ts";
import { HostCredentialUnusable } from "./errors.ts";
import type { BastionAddress } from "./types.ts";

/** What a login offers, in order, and the same in words. */
export interface Offer {
  readonly methods: AnyAuthMethod[];
  readonly words: string[];
}

const STANDARD_KEYS = ["id_ed25519", "id_ecdsa", "id_rsa"];

/**
 * Keys and password of a machine, read now and kept no longer than the login takes.
 *
 * @param name the machine, for texts
 * @throws HostCredentialUnusable when what is named is not there or can't be used
 */
export async function credentialsFor(
  name: string,
  { user: username = "root", keyFile, passwordEnv }: BastionAddress,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Offer> {
  const offer: Offer = { methods: [], words: [] };
  const add = (words: string, ...methods: AnyAuthMethod[]) => {
    offer.methods.push(...methods);
    offer.words.push(words);
  };
  const agent = env["SSH_AUTH_SOCK"];
  const addAgent = () => agent && add("the agent's keys", { type: "agent", username, agent });
  if (keyFile !== undefined) {
    const key = await readNamedKey(name, keyFile);
    if (key !== undefined) add(`the key ${keyFile}`, { type: "publickey", username, key });
    else if (agent) addAgent();
    else throw new HostCredentialUnusable(name, `${locked(keyFile)}.`);
  } else {
    addAgent();
    for (const file of STANDARD_KEYS) {
      const key = await readFile(join(homedir(), ".ssh", file)).catch(() => undefined);
      if (key !== undefined && !(ssh2.utils.parseKey(key) instanceof Error)) {
        add(`the key ~/.ssh/${file}`, { type: "publickey", username, key });
      }
    }
  }
  if (passwordEnv !== undefined) {
    const password = env[passwordEnv];
    if (!password) {
      throw new HostCredentialUnusable(
        name,
        `The variable ${passwordEnv}, which is to hold the password for ${name}, is not set. Set it where you run the program.`,
      );
    }
    add(
      `the password in ${passwordEnv}`,
      { type: "password", username, password },
      // What PAM asks for without showing it is the password.
      {
        type: "keyboard-interactive",
        username,
        prompt: (_name, _instructions, _lang, prompts, finish) =>
          finish(prompts.map(({ echo }) => (echo ? "" : password))),
      },
    );
  }
  return offer;
}

/** The key, or undefined when it is locked by a passphrase: then the agent may have it. */
async function readNamedKey(name: string, keyFile: string): Promise<Buffer | undefined> {
  const content = await readFile(absolutePath(keyFile)).catch((error: NodeJS.ErrnoException) => {
    throw new HostCredentialUnusable(
      name,
      `The key file ${keyFile} for ${name} can't be read (${error.code ?? "unknown error"}). Correct \`keyFile\`.`,
    );
  });
  const key = ssh2.utils.parseKey(content);
  if (key instanceof Error) {
    if (/passphrase/i.test(key.message)) return undefined;
    throw new HostCredentialUnusable(
      name,
      `The key file ${keyFile} for ${name} holds no private key that SSH understands. Correct \`keyFile\`.`,
    );
  }
  if (!key.isPrivateKey()) {
    throw new HostCredentialUnusable(
      name,
      `The key file ${keyFile} for ${name} holds a public key. Name the private one, without .pub.`,
    );
  }
  return content;
}

function locked(keyFile: string): string {
  return `The key file ${keyFile} is locked by a passphrase and no agent is running. Add it to an agent: \`eval $(ssh-agent); ssh-add ${keyFile}\``;
}
