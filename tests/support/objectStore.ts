import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ensureToolchain, silentProgress } from "../../toolchain/index.ts";

/** An S3-compatible server on this machine. */
export interface ObjectStore {
  /** The engine's backend in the bucket `state`. */
  readonly backend: string;
  /** Credentials, as the engine and the program read them. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const POLL_MS = 50;
const BUCKET = "state";
const REGION = "us-east-1";

/** Starts the Versity S3 gateway over a folder, with a bucket. */
export async function startObjectStore(): Promise<ObjectStore> {
  const toolchain = await ensureToolchain({ tools: ["versitygw"], progress: silentProgress });
  const folder = mkdtempSync(join(tmpdir(), "pulumi-akash-s3-"));
  for (const name of [join("objects", BUCKET), "metadata"])
    mkdirSync(join(folder, name), { recursive: true });
  const port = await freePort();
  const credentials = { AWS_ACCESS_KEY_ID: "fleet", AWS_SECRET_ACCESS_KEY: "not-a-secret-of-anybody" };
  const server = spawn(
    toolchain.path("versitygw"),
    [
      ...["--port", `127.0.0.1:${port}`, "--region", REGION, "--quiet"],
      // Not every file system keeps extended attributes.
      ...["posix", "--sidecar", join(folder, "metadata"), join(folder, "objects")],
    ],
    {
      stdio: ["ignore", "ignore", "pipe"],
      env: {
        ...process.env,
        ROOT_ACCESS_KEY: credentials.AWS_ACCESS_KEY_ID,
        ROOT_SECRET_KEY: credentials.AWS_SECRET_ACCESS_KEY,
      },
    },
  );
  let said = "";
  server.stderr.on("data", (chunk) => (said += chunk));
  const address = `127.0.0.1:${port}`;
  while (!(await answers(`http://${address}/`))) {
    if (server.exitCode !== null) throw new Error(`versitygw ended with ${server.exitCode}: ${said}`);
    await sleep(POLL_MS);
  }
  return {
    backend: `s3://${BUCKET}?endpoint=${address}&disableSSL=true&s3ForcePathStyle=true&region=${REGION}`,
    env: credentials,
    async stop() {
      const ended = once(server, "exit");
      server.kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Any answer will do: without credentials it is a refusal. */
async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
