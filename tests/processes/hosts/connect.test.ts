import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "mocha";
import { disconnectAll, onHost, unknownHostKeys } from "../../../components/hosts/connect.ts";
import {
  HostAuthRefused,
  HostCredentialUnusable,
  HostDisconnected,
  HostKeyChanged,
  HostKeyUnknown,
  HostTimedOut,
  HostUnreachable,
  ScriptFailed,
} from "../../../components/hosts/errors.ts";
import { pinHostKeys } from "../../../components/hosts/hostKeys.ts";
import { hostScript } from "../../../components/hosts/script.ts";
import type { HostAddress } from "../../../components/hosts/types.ts";
import { keyPair } from "../../support/hosts/keys.ts";
import {
  closedPort,
  type ServerOptions,
  type SshServer,
  startSshServer,
} from "../../support/hosts/sshServer.ts";

const PASSWORD = "T3st-only";

describe("a connection to a machine", () => {
  let folder: string;
  let keyFile: string;
  let publicKey: string;
  const servers: SshServer[] = [];
  const VARIABLES = ["PULUMI_AKASH_STATE", "TEST_HOST_PASSWORD", "SSH_AUTH_SOCK"];
  const kept = VARIABLES.map((name) => [name, process.env[name]] as const);

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-akash-connect-"));
    const pair = keyPair();
    keyFile = join(folder, "key");
    publicKey = pair.public;
    writeFileSync(keyFile, pair.private, { mode: 0o600 });
    process.env["PULUMI_AKASH_STATE"] = folder;
    process.env["TEST_HOST_PASSWORD"] = PASSWORD;
    delete process.env["SSH_AUTH_SOCK"];
  });

  afterEach(async () => {
    disconnectAll();
    await Promise.all(servers.splice(0).map((server) => server.stop()));
    rmSync(join(folder, "known_hosts"), { force: true });
  });

  after(() => {
    for (const [name, value] of kept) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    rmSync(folder, { recursive: true });
  });

  async function machine(
    options: ServerOptions = {},
    address: Partial<HostAddress> = {},
  ): Promise<HostAddress> {
    const server = await startSshServer({ keys: [publicKey], ...options });
    servers.push(server);
    return { host: "127.0.0.1", port: server.port, keyFile, hostKey: server.fingerprint, ...address };
  }

  const name = (address: HostAddress) => onHost(address, async (host) => host.name);

  it("opens with a key, and with a password from the environment", async () => {
    const byKey = await machine();
    assert.equal(await name(byKey), `root@127.0.0.1:${byKey.port}`);
    const { keyFile: _unused, ...byPassword } = await machine(
      { keys: [], password: PASSWORD },
      { passwordEnv: "TEST_HOST_PASSWORD" },
    );
    assert.equal(await name(byPassword), `root@127.0.0.1:${byPassword.port}`);
  });

  it("is shared, also by callers at the same time", async () => {
    const address = await machine();
    const ids = await Promise.all(
      Array.from({ length: 20 }, () => onHost(address, (host) => host.read("/etc/hostname"))),
    );
    assert.equal(new Set(ids).size, 1);
    assert.equal(servers[0]?.connections(), 1);
  });

  it("goes through a bastion whose own key is checked", async () => {
    const behind = await machine();
    const bastion = await machine();
    const through = { ...behind, bastion };
    assert.equal(await onHost(through, (host) => host.read("/nonexistent")), undefined);
    disconnectAll();
    const wrong = { ...behind, bastion: { ...bastion, hostKey: "SHA256:other" } };
    await assert.rejects(name(wrong), HostKeyChanged);
  });

  it("stops at a machine that nobody knows, with the line for the site's file", async () => {
    const { hostKey, ...address } = await machine();
    await assert.rejects(name(address), (error: HostKeyUnknown) => {
      assert.ok(error instanceof HostKeyUnknown);
      assert.equal(error.fingerprint, hostKey);
      assert.ok(error.message.includes(`hostKey: ${hostKey}`));
      return true;
    });
  });

  it("opens once a person has pinned the key, and stops when the machine shows another one", async () => {
    const { hostKey: _shown, ...address } = await machine();
    const away = { ...address, port: await closedPort() };
    const unknown = await unknownHostKeys([away, address, address]);
    assert.equal(unknown.length, 1);
    await pinHostKeys(unknown);
    assert.equal(statSync(join(folder, "known_hosts")).mode & 0o777, 0o600);
    assert.deepEqual(await unknownHostKeys([address]), []);
    const pinned = readFileSync(join(folder, "known_hosts"), "utf8");
    const { hostKey: _other, ...other } = await machine();
    writeFileSync(join(folder, "known_hosts"), pinned.replace(`]:${address.port} `, `]:${other.port} `));
    await assert.rejects(name(other), (error: Error) => {
      assert.ok(error instanceof HostKeyChanged);
      assert.match(error.message, /nothing was sent/);
      return true;
    });
  });

  it("says who refused what", async () => {
    await assert.rejects(name(await machine({ keys: [] })), (error: Error) => {
      assert.ok(error instanceof HostAuthRefused);
      assert.ok(error.message.includes(keyFile));
      return true;
    });
    const missing = await machine({}, { keyFile: join(folder, "none") });
    await assert.rejects(name(missing), HostCredentialUnusable);
    const unset = await machine({}, { passwordEnv: "TEST_HOST_UNSET" });
    await assert.rejects(name(unset), /TEST_HOST_UNSET/);
    const port = await closedPort();
    await assert.rejects(name({ host: "127.0.0.1", port, keyFile }), HostUnreachable);
  });

  it("names the step that a cut connection interrupted, and makes a new one for the next", async () => {
    const address = await machine({ cutAfterBytes: 1 });
    await assert.rejects(
      onHost(address, (host) => host.read("/etc/hostname")),
      (error: Error) => {
        assert.ok(error instanceof HostDisconnected);
        assert.match(error.message, /reading of \/etc\/hostname/);
        return true;
      },
    );
    await assert.rejects(
      onHost(address, (host) => host.read("/etc/hostname")),
      HostDisconnected,
    );
    assert.equal(servers[0]?.connections(), 2);
  });

  it("gives a script up after its time", async () => {
    const address = await machine();
    const slow = hostScript("../tests/processes/hosts/pause.sh", { step: "waiting", readOnly: true });
    const wait = onHost(address, (host) => host.script(slow, {}, { timeoutSeconds: 0.2 }));
    await assert.rejects(wait, HostTimedOut);
  });

  it("reports what a failed script said, without its secrets", async () => {
    const address = await machine();
    const seen: string[] = [];
    const failing = hostScript("../tests/processes/hosts/complain.sh", {
      step: "complaining",
      readOnly: true,
    });
    await assert.rejects(
      onHost(address, (host) =>
        host.script(failing, {}, { secrets: { token: "hush-hush" }, progress: (line) => seen.push(line) }),
      ),
      (error: Error) => {
        assert.ok(error instanceof ScriptFailed);
        assert.match(error.message, /complaining failed \(exit code 7\)/);
        assert.match(error.message, /the token is \*\*\*/);
        return true;
      },
    );
    assert.deepEqual(seen, ["the token is ***"]);
  });
});
