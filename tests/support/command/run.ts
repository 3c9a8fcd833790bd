import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import ssh2 from "ssh2";

/** A connection as `command:remote:Command` takes it. */
export interface Connection {
  readonly host: string;
  readonly user?: string;
  readonly port?: number;
  readonly privateKey?: string;
  readonly password?: string;
  readonly agentSocketPath?: string;
  /** `SHA256:…`, or a key in the form of `authorized_keys`; unchecked without it, as in the plugin. */
  readonly hostKey?: string;
}

export interface Run {
  readonly command: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly stdin: string;
}

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in this machine's shell. */
export function shell({ command, environment, stdin }: Run): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn("/bin/sh", ["-c", command], { env: { ...process.env, ...environment } });
    const said = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk) => (said.stdout += chunk));
    child.stderr.on("data", (chunk) => (said.stderr += chunk));
    child.once("error", reject);
    child.once("close", (code) =>
      code === 0 ? resolve(trimmed(said)) : reject(failed(command, code, said)),
    );
    child.stdin.on("error", () => {});
    child.stdin.end(stdin);
  });
}

/** Runs a command over SSH; variables arrive where the server's AcceptEnv lets them, as with the plugin. */
export function overSsh(connection: Connection, { command, environment, stdin }: Run): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    const fail = (error: Error) => {
      client.destroy();
      reject(error);
    };
    client.on("error", fail);
    client.once("ready", () => {
      client.exec(command, { env: { ...environment } }, (error, stream) => {
        if (error) return fail(error);
        const said = { stdout: "", stderr: "" };
        stream.on("data", (chunk: Buffer) => (said.stdout += chunk));
        stream.stderr.on("data", (chunk: Buffer) => (said.stderr += chunk));
        stream.once("close", (code: number | null) => {
          client.end();
          if (code === 0) resolve(trimmed(said));
          else reject(failed(command, code, said));
        });
        stream.end(stdin);
      });
    });
    const { host, user = "root", port = 22, privateKey, password, agentSocketPath, hostKey } = connection;
    client.connect({
      host,
      port,
      username: user,
      privateKey,
      password,
      agent: agentSocketPath,
      hostVerifier: (key: Buffer) => hostKey === undefined || isKey(key, hostKey),
    });
  });
}

function isKey(key: Buffer, expected: string): boolean {
  const digest = createHash("sha256").update(key).digest("base64").replace(/=+$/, "");
  return expected === `SHA256:${digest}` || expected.split(" ").includes(key.toString("base64"));
}

function trimmed({ stdout, stderr }: Ran): Ran {
  return { stdout: stdout.replace(/\n+$/, ""), stderr: stderr.replace(/\n+$/, "") };
}

function failed(command: string, code: number | null, { stdout, stderr }: Ran): Error {
  return new Error(`Process exited with status ${code}: running "${command}":\n${stdout}${stderr}`);
}
