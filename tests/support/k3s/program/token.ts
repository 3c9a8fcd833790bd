import { randomBytes, timingSafeEqual } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { authorityFile, authorityHash } from "./pki.ts";

/** A token in its parts: `K10<sha256 of the authority>::<user>:<secret>`, or a secret alone. */
export interface Token {
  readonly hash: string | undefined;
  readonly user: string;
  readonly secret: string;
}

export function parseToken(text: string): Token {
  const full = /^K10([0-9a-f]{64})::([^:]+):(.+)$/.exec(text.trim());
  if (full === null) return { hash: undefined, user: "server", secret: text.trim() };
  return { hash: full[1], user: full[2] ?? "", secret: full[3] ?? "" };
}

export function newSecret(): string {
  return randomBytes(16).toString("hex");
}

/** Writes a server's token files; `node-token` is a link, as the real one has it. */
export function writeTokens(folder: string, secret: string, agentSecret: string | undefined): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const hash = authorityHash(readFileSync(authorityFile(folder, "server-ca"), "utf8"));
  const put = (name: string, content: string) =>
    writeFileSync(join(folder, name), `${content}\n`, { mode: 0o600 });
  put("token", `K10${hash}::server:${secret}`);
  rmSync(join(folder, "node-token"), { force: true });
  symlinkSync("token", join(folder, "node-token"));
  if (agentSecret === undefined) {
    rmSync(join(folder, "agent-token"), { force: true });
    symlinkSync("token", join(folder, "agent-token"));
  } else {
    if (existsSync(join(folder, "agent-token"))) rmSync(join(folder, "agent-token"));
    put("agent-token", `K10${hash}::node:${agentSecret}`);
  }
}

export function secretIn(folder: string, name: "token" | "agent-token"): string | undefined {
  const file = join(folder, name);
  return existsSync(file) ? parseToken(readFileSync(file, "utf8")).secret : undefined;
}

export function same(left: string | undefined, right: string | undefined): boolean {
  if (left === undefined || right === undefined || left.length !== right.length) return false;
  return timingSafeEqual(Buffer.from(left), Buffer.from(right));
}
