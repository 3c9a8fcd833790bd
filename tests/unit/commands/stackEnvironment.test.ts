import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { rememberBackend, requireKnownBackend } from "../../../commands/knownBackend.ts";
import { StackError, stackEnvironment } from "../../../commands/stack.ts";

describe("the engine's environment of the embedded stack", () => {
  const { PULUMI_HOME, PULUMI_AKASH_CACHE } = process.env;
  const stack = { name: "dev", embedded: true };
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-akash-stack-"));
    process.env["PULUMI_HOME"] = join(folder, "home");
    process.env["PULUMI_AKASH_CACHE"] = join(folder, "cache");
  });

  afterEach(() => {
    for (const [name, value] of Object.entries({ PULUMI_HOME, PULUMI_AKASH_CACHE })) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    rmSync(folder, { recursive: true });
  });

  it("has its state, its home and a passphrase of no value in the site's folder", async () => {
    const env = await stackEnvironment(stack, join(folder, "embedded"));
    assert.deepEqual(env, {
      PULUMI_BACKEND_URL: `file://${join(folder, "embedded", "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "dev",
      PULUMI_HOME: join(folder, "embedded", "engine"),
    });
  });

  it("has the cache's plugins with the person's and keeps no logs, each time it is asked for", async () => {
    mkdirSync(join(folder, "home/plugins/resource-one-v1.0.0"), { recursive: true });
    mkdirSync(join(folder, "cache/plugins/resource-two-v2.0.0"), { recursive: true });
    await stackEnvironment(stack, join(folder, "embedded"));
    const { PULUMI_HOME: home = "" } = await stackEnvironment(stack, join(folder, "embedded"));
    const plugins = ["resource-one-v1.0.0", "resource-two-v2.0.0"];
    assert.deepEqual(readdirSync(join(home, "plugins")).sort(), plugins);
    assert.equal(realpathSync(join(home, "plugins")), realpathSync(join(folder, "cache/plugins")));
    assert.ok(statSync(join(home, "logs")).isFile());
  });

  it("leaves the person's home as it is, also one that there is not", async () => {
    await stackEnvironment(stack, join(folder, "embedded"));
    assert.ok(!existsSync(join(folder, "home")));
  });

  it("has the cache's plugins where an earlier version linked the person's", async () => {
    const home = join(folder, "embedded/engine");
    for (const path of [home, join(folder, "home/plugins")]) mkdirSync(path, { recursive: true });
    symlinkSync(join(folder, "home/plugins"), join(home, "plugins"));
    await stackEnvironment(stack, join(folder, "embedded"));
    assert.equal(realpathSync(join(home, "plugins")), realpathSync(join(folder, "cache/plugins")));
  });

  it("serves a shell that has it already, also when the site was taken down meanwhile", async () => {
    const embedded = join(folder, "embedded");
    const { PULUMI_HOME: home = "" } = await stackEnvironment(stack, embedded);
    process.env["PULUMI_HOME"] = home;
    assert.equal((await stackEnvironment(stack, embedded))["PULUMI_HOME"], home);
    rmSync(embedded, { recursive: true });
    await stackEnvironment(stack, embedded);
    assert.ok(existsSync(join(home, "plugins")));
  });
});

describe("the engine's environment of a real stack", () => {
  const names = [
    "HOME",
    "PULUMI_HOME",
    "PULUMI_BACKEND_URL",
    "PULUMI_CONFIG_PASSPHRASE",
    "PULUMI_CONFIG_PASSPHRASE_FILE",
  ];
  const before = Object.fromEntries([...names, "XDG_CONFIG_HOME"].map((name) => [name, process.env[name]]));
  const stack = { name: "garage", embedded: false };
  let home: string;

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "pulumi-akash-stack-"));
    for (const name of [...names, "XDG_CONFIG_HOME"]) delete process.env[name];
    process.env["HOME"] = home;
  });

  afterEach(() => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    rmSync(home, { recursive: true });
  });

  it("has a passphrase that the person alone can read, in their folder also where a variable for it is empty", async () => {
    process.env["XDG_CONFIG_HOME"] = "";
    const env = await stackEnvironment(stack);
    const file = join(home, ".config/pulumi-akash/garage.passphrase");
    assert.equal(env["PULUMI_CONFIG_PASSPHRASE_FILE"], file);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it("makes no passphrase for a command that only looks, and finds one that was made", async () => {
    const look = () => stackEnvironment(stack, undefined, "find");
    assert.equal((await look())["PULUMI_CONFIG_PASSPHRASE_FILE"], undefined);
    assert.deepEqual(readdirSync(home), []);
    const { PULUMI_CONFIG_PASSPHRASE_FILE: made } = await stackEnvironment(stack);
    assert.ok(made !== undefined);
    assert.equal((await look())["PULUMI_CONFIG_PASSPHRASE_FILE"], made);
  });

  const login = (current: string) => {
    mkdirSync(join(home, ".pulumi"), { recursive: true });
    writeFileSync(join(home, ".pulumi/credentials.json"), JSON.stringify({ current }));
  };

  it("keeps the state in the home folder where nobody is logged in, also after `pulumi logout`", async () => {
    assert.equal((await stackEnvironment(stack))["PULUMI_BACKEND_URL"], "file://~");
    login("");
    assert.equal((await stackEnvironment(stack))["PULUMI_BACKEND_URL"], "file://~");
    login("s3://bucket");
    assert.equal((await stackEnvironment(stack))["PULUMI_BACKEND_URL"], undefined);
  });

  describe("remembers which backend holds the state", () => {
    const where = async () => ({ stack, env: { ...process.env, ...(await stackEnvironment(stack)) } });
    const kept = () => join(home, ".config/pulumi-akash/garage.backend");

    it("and refuses another, until the move is accepted", async () => {
      requireKnownBackend(await where());
      rememberBackend(await where());
      requireKnownBackend(await where());
      login("s3://bucket");
      const moved = await where();
      assert.throws(
        () => requireKnownBackend(moved),
        (error: Error) =>
          error instanceof StackError &&
          [`file://${home}`, "s3://bucket", `delete ${kept()}`].every((part) => error.message.includes(part)),
      );
      rmSync(kept());
      requireKnownBackend(moved);
      rememberBackend(moved);
      login("");
      const back = await where();
      assert.throws(() => requireKnownBackend(back), /kept at s3:\/\/bucket/);
    });

    it("by its place, however that is written", async () => {
      rememberBackend(await where());
      for (const url of [`file://${home}`, `file://${home}/`, "file://~/"]) {
        process.env["PULUMI_BACKEND_URL"] = url;
        requireKnownBackend(await where());
      }
    });

    it("unless the passphrase comes from elsewhere, as in CI", async () => {
      process.env["PULUMI_CONFIG_PASSPHRASE"] = "from a vault";
      rememberBackend(await where());
      assert.deepEqual(readdirSync(home), []);
    });
  });
});
