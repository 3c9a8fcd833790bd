import assert from "node:assert/strict";
import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { after, afterEach, before, describe, it } from "mocha";
import { SERVES_ITS_CERTIFICATE } from "../../../components/akash/workloads/liveness.ts";

const HOST = "provider.example.com";

/**
 * As the provider does (`gateway/utils/utils.go`): browsers' certificate for the site's name where it was there at
 * the start, otherwise the chain's.
 */
const SERVER = `
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:https";
import { createSecureContext } from "node:tls";
const [folder, chain, answer] = process.argv.slice(1);
const pair = (at) => ({ cert: readFileSync(at + "/tls.crt"), key: readFileSync(at + "/tls.key") });
const own = existsSync(folder + "/tls.crt") ? createSecureContext(pair(folder)) : undefined;
const SNICallback = (name, done) => done(null, name === "${HOST}" ? own : undefined);
const server = createServer({ ...pair(chain), SNICallback }, (request, response) => {
  if (answer !== "never") response.writeHead(Number(answer)).end();
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
`;

/** The provider's liveness probe where browsers have a certificate, against a TLS server, in a real shell. */
describe("the provider's probe of its certificate", function () {
  this.timeout(60_000);
  let folder = "";
  let served = "";
  let server: ChildProcess | undefined;
  let port = "";

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "liveness-"));
    for (const name of ["chain", "first", "second"]) makePair(join(folder, name));
    mkdirSync(join(folder, "none"));
  });
  afterEach(() => server?.kill());
  after(() => rmSync(folder, { recursive: true, force: true }));

  function makePair(at: string): void {
    mkdirSync(at);
    const args = [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "90"],
      ...["-subj", `/CN=${HOST}`, "-keyout", join(at, "tls.key"), "-out", join(at, "tls.crt")],
    ];
    execFileSync("openssl", args, { stdio: "ignore" });
  }

  /** The folder as the kubelet fills it: links to `..data`, which leads to what is current. */
  function mount(pair: string): void {
    served = mkdtempSync(join(folder, "mount-"));
    for (const file of ["tls.crt", "tls.key"]) symlinkSync(join("..data", file), join(served, file));
    swap(pair);
  }
  function swap(pair: string): void {
    const written = mkdtempSync(join(served, "..written-"));
    if (pair !== "none") {
      for (const file of ["tls.crt", "tls.key"]) copyFileSync(join(folder, pair, file), join(written, file));
    }
    rmSync(join(served, "..data"), { force: true });
    symlinkSync(written, join(served, "..data"));
  }

  async function start(pair: string, answer = "200"): Promise<void> {
    mount(pair);
    const args = ["--input-type=module", "-e", SERVER, "--", served, join(folder, "chain"), answer];
    const started = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    server = started;
    port = await new Promise<string>((resolve) =>
      started.stdout.once("data", (text: Buffer) => resolve(text.toString().trim())),
    );
  }

  function probe(change: { readonly path?: string; readonly pid?: string } = {}) {
    const { path = process.env["PATH"], pid = String(server?.pid) } = change;
    const args = ["-c", SERVES_ITS_CERTIFICATE, "sh", HOST, served, port, pid];
    return new Promise<{ readonly code: unknown; readonly said: string }>((resolve) =>
      execFile("/bin/sh", args, { env: { PATH: path } }, (error, stdout) =>
        resolve({ code: error?.code ?? 0, said: stdout.trim() }),
      ),
    );
  }

  it("asks for a restart when the certificate was renewed, and for none after it", async () => {
    await start("first");
    assert.deepEqual(await probe(), { code: 0, said: "" });
    swap("second");
    const renewed = { code: 1, said: `${served}/tls.crt has changed and is not served yet` };
    assert.deepEqual(await probe(), renewed);
    swap("first");
    assert.deepEqual(await probe(), { code: 0, said: "" });
  });

  it("asks for one when the first certificate comes after the start", async () => {
    await start("none");
    assert.equal((await probe()).code, 0);
    swap("first");
    assert.equal((await probe()).code, 1);
  });

  it("asks for none that would change nothing: the file is older than the process", async () => {
    await start("first");
    const other = served;
    mount("second");
    execFileSync("touch", ["-d", "1 hour ago", join(served, "..data", "tls.crt")]);
    assert.notEqual(other, served);
    assert.equal((await probe()).code, 0);
  });

  it("asks for none with files that the provider would not start with", async () => {
    await start("first");
    swap("second");
    copyFileSync(join(folder, "first", "tls.key"), join(served, "..data", "tls.key"));
    assert.equal((await probe()).code, 0);
    writeFileSync(join(served, "..data", "tls.key"), "");
    assert.equal((await probe()).code, 0);
    writeFileSync(join(served, "..data", "tls.crt"), "no certificate");
    assert.equal((await probe()).code, 0);
    swap("none");
    assert.equal((await probe()).code, 0);
  });

  it("asks for none without the tools to look, or without a process to compare with", async () => {
    await start("first");
    swap("second");
    const tools = mkdtempSync(join(folder, "tools-"));
    const link = (name: string) => {
      symlinkSync(execFileSync("which", [name], { encoding: "utf8" }).trim(), join(tools, name));
    };
    for (const name of ["openssl", "timeout", "cut", "stat", "date"]) {
      assert.equal((await probe({ path: tools })).code, 0, `without ${name}`);
      link(name);
    }
    // Without curl the gateway's answer is not looked at; the certificate is.
    assert.equal((await probe({ path: tools })).code, 1);
    assert.equal((await probe({ pid: "0" })).code, 0);
  });

  it("asks for one when the gateway answers nothing, or with an error", async () => {
    await start("first", "500");
    assert.equal((await probe()).code, 1);
    server?.kill();
    await sleep(200);
    assert.equal((await probe()).code, 1);
    await start("first", "never");
    assert.equal((await probe()).code, 1);
  });
});
