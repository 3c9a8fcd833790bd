import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import ssh2 from "ssh2";
import { disconnectAll, onHost } from "../../../components/hosts/connect.ts";
import { credentialsFor } from "../../../components/hosts/credentials.ts";
import { HostCredentialUnusable } from "../../../components/hosts/errors.ts";
import { keyPair } from "../../support/hosts/keys.ts";
import { startSshServer } from "../../support/hosts/sshServer.ts";

/** An SSH agent that holds one key, over a socket. */
async function startAgent(path: string, key: string): Promise<Server> {
  const parsed = ssh2.utils.parseKey(key);
  if (parsed instanceof Error) throw parsed;
  const server = createServer((socket) => {
    const protocol = new ssh2.AgentProtocol(false);
    protocol.on("identities", (request) => protocol.getIdentitiesReply(request, [parsed]));
    protocol.on("sign", (request, _key, data) => protocol.signReply(request, parsed.sign(data)));
    socket.pipe(protocol).pipe(socket);
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return server;
}

describe("credentials for a machine", () => {
  let folder: string;
  const pair = keyPair();
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-akash-credentials-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content, { mode: 0o600 });
    return join(folder, name);
  };
  const offered = async (address: object, env: Record<string, string> = {}) =>
    (await credentialsFor("root@gpu-1", { host: "gpu-1", ...address }, env)).methods.map(({ type }) => type);
  const refused = (address: object, pattern: RegExp, env: Record<string, string> = {}) =>
    assert.rejects(offered(address, env), (error: Error) => {
      assert.ok(error instanceof HostCredentialUnusable);
      assert.match(error.message, pattern);
      return true;
    });

  it("are the named key alone, or with a password", async () => {
    const keyFile = file("key", pair.private);
    assert.deepEqual(await offered({ keyFile }, { SSH_AUTH_SOCK: "/agent" }), ["publickey"]);
    const withPassword = await offered({ keyFile, passwordEnv: "SECRET" }, { SECRET: "x" });
    assert.deepEqual(withPassword, ["publickey", "password", "keyboard-interactive"]);
  });

  it("are the agent's where the named key is locked, and a sentence where there is no agent", async () => {
    const locked = ssh2.utils.generateKeyPairSync("ecdsa", {
      bits: 256,
      passphrase: "x",
      cipher: "aes256-cbc",
      rounds: 4,
    });
    const keyFile = file("locked", locked.private);
    assert.deepEqual(await offered({ keyFile }, { SSH_AUTH_SOCK: "/agent" }), ["agent"]);
    await refused({ keyFile }, /is locked by a passphrase and no agent is running.*ssh-add/);
  });

  it("are refused by name where they can't be used", async () => {
    await refused({ keyFile: join(folder, "none") }, /can't be read \(ENOENT\)/);
    await refused({ keyFile: file("public", pair.public) }, /holds a public key\. Name the private one/);
    await refused({ keyFile: file("text", "hello") }, /holds no private key that SSH understands/);
    await refused({ passwordEnv: "SECRET" }, /The variable SECRET.*is not set/);
    await refused({ passwordEnv: "SECRET" }, /is not set/, { SECRET: "" });
  });

  it("of an agent open a machine", async () => {
    const socket = join(folder, "agent.sock");
    const [agent, server] = await Promise.all([
      startAgent(socket, pair.private),
      startSshServer({ keys: [pair.public] }),
    ]);
    const before = process.env["SSH_AUTH_SOCK"];
    process.env["SSH_AUTH_SOCK"] = socket;
    try {
      const address = { host: "127.0.0.1", port: server.port, hostKey: server.fingerprint };
      assert.equal(await onHost(address, async ({ name }) => name), `root@127.0.0.1:${server.port}`);
    } finally {
      if (before === undefined) delete process.env["SSH_AUTH_SOCK"];
      else process.env["SSH_AUTH_SOCK"] = before;
      disconnectAll();
      await server.stop();
      agent.close();
    }
  });
});
