import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Bundle } from "./bootstrap.ts";
import { authorityHash } from "./pki.ts";
import { ask, call } from "./request.ts";
import { parseToken } from "./token.ts";

/** What a server gives a node that presents a good token. */
export interface NodeGrant {
  /** Kubeconfig parts, PEM. */
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

export interface ServerGrant {
  readonly bundle: Bundle;
  readonly secret: string;
  readonly agentSecret: string | undefined;
}

const passwordFile = "/etc/rancher/node/password";

/** The node's own password, made once. */
export function nodePassword(): string {
  if (!existsSync(passwordFile)) {
    mkdirSync("/etc/rancher/node", { recursive: true });
    writeFileSync(passwordFile, `${randomBytes(16).toString("hex")}\n`, { mode: 0o600 });
  }
  return readFileSync(passwordFile, "utf8").trim();
}

/**
 * The authority of the cluster behind a URL, if it is the one that the token names.
 *
 * @throws with the real one's wording of what is wrong
 */
async function trustedAuthority(server: string, token: string): Promise<string> {
  const { text: ca } = await call(`${server}/cacerts`).catch((error: Error) => {
    throw new Error(`failed to get CA certs: Get "${server}/cacerts": ${error.message}`);
  });
  const { hash } = parseToken(token);
  if (hash !== undefined && hash !== authorityHash(ca)) {
    throw new Error(
      `token CA hash does not match the Cluster CA certificate hash: ${hash} != ${authorityHash(ca)}`,
    );
  }
  return ca;
}

/** Presents node and token to a server; `path` decides what is asked for. */
export async function present<T>(server: string, token: string, path: string, body: object): Promise<T> {
  const ca = await trustedAuthority(server, token);
  const { user, secret } = parseToken(token);
  const authorization = `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}`;
  return ask<T>(`${server}${path}`, { method: "POST", body, ca, headers: { authorization } });
}
