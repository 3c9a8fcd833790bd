import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { PROJECT } from "./project.ts";

const FILE = "file://";

/**
 * Address of the engine's backend: what the environment names, else where the person is logged in. After a
 * `pulumi logout` the file of logins stays and names nothing.
 */
export function backendOf(env: NodeJS.ProcessEnv): string | undefined {
  return env["PULUMI_BACKEND_URL"] || loggedInBackend(env) || undefined;
}

function loggedInBackend(env: NodeJS.ProcessEnv): string | undefined {
  const home = env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
  try {
    return (JSON.parse(readFileSync(join(home, "credentials.json"), "utf8")) as { current?: string }).current;
  } catch {
    return undefined;
  }
}

/**
 * Folder of a file backend, in the engine's notation (`massageBlobPath` in `pkg/backend/diy/backend.go`): `~` is the
 * home folder, a relative path begins where the engine runs, a query holds settings.
 *
 * @returns an absolute path; undefined for other backends
 */
export function backendFolder(backend: string): string | undefined {
  if (!backend.startsWith(FILE)) return undefined;
  const path = decode(backend.slice(FILE.length).replace(/\?.*$/, ""));
  return path.startsWith("~") ? join(homedir(), path.slice(1)) : resolve(PROJECT, path);
}

/** A percent sign that begins no escape stands for itself. */
function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
