import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A real name server (BIND 9, Debian's `bind9`), in a folder of its own on a free port. */
export interface TestNameServer {
  readonly server: string;
  readonly port: number;
  /** Takes updates signed with the key. */
  readonly zone: string;
  /** Takes no updates. */
  readonly closedZone: string;
  readonly keyName: string;
  /** Base64. */
  readonly secret: string;
  stop(): Promise<void>;
}

function has(program: string): boolean {
  try {
    execFileSync("which", [program], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Why no name server can be had here, or undefined; installs it where that is possible without asking. */
export function nameServerMissing(): string | undefined {
  if (has("named")) return undefined;
  if (process.getuid?.() !== 0 || !has("apt-get")) return "named (BIND 9) is not installed";
  try {
    // Another test file may be installing it at this moment.
    const waiting = ["-o", "DPkg::Lock::Timeout=240"];
    execFileSync("apt-get", [...waiting, "install", "-y", "-q", "--no-install-recommends", "bind9"], {
      stdio: "ignore",
      timeout: 280_000,
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  } catch {
    return "named (BIND 9) is not installed, and apt-get could not install it";
  }
  return has("named") ? undefined : "apt-get installed bind9 but there is no named";
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

function configuration(folder: string, port: number, secret: string): string {
  return `
options {
  directory "${folder}"; pid-file "${folder}/named.pid"; session-keyfile none; lock-file none;
  listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; };
  recursion no; dnssec-validation no; notify no; querylog no;
};
controls { };
key "site-key" { algorithm hmac-sha256; secret "${secret}"; };
zone "example.test" { type primary; file "example.test.db"; allow-update { key "site-key"; }; };
zone "closed.test" { type primary; file "closed.test.db"; };
`;
}

const zoneFile = `$TTL 300
@ IN SOA ns hostmaster 1 3600 600 86400 60
@ IN NS ns
ns IN A 127.0.0.1
`;

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = "";
    const failed = (reason: string) => reject(new Error(`named ${reason}:\n${log.slice(-2000)}`));
    const timer = setTimeout(() => failed("was not ready in 15 s"), 15_000);
    child.stderr?.on("data", (chunk: Buffer) => {
      log += chunk.toString();
      if (!/ running$/m.test(log)) return;
      clearTimeout(timer);
      resolve();
    });
    child.once("exit", (code) => {
      clearTimeout(timer);
      failed(`ended with ${code}`);
    });
  });
}

export async function startNameServer(): Promise<TestNameServer> {
  const folder = mkdtempSync(join(tmpdir(), "named-"));
  const port = await freePort();
  const secret = randomBytes(32).toString("base64");
  writeFileSync(join(folder, "named.conf"), configuration(folder, port, secret));
  for (const zone of ["example.test", "closed.test"]) writeFileSync(join(folder, `${zone}.db`), zoneFile);
  const child = spawn("named", ["-g", "-n", "1", "-c", join(folder, "named.conf")], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  await ready(child);
  return {
    server: "127.0.0.1",
    port,
    zone: "example.test",
    closedZone: "closed.test",
    keyName: "site-key",
    secret,
    async stop() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
