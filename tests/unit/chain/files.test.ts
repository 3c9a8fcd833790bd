import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { NetworkNotRunning } from "../../../components/chain/errors.ts";
import { Journal, type JournalEntry } from "../../../components/chain/journal.ts";
import { publicNetworks, resolveNetwork } from "../../../components/chain/networks.ts";
import { forgetWallet, signingStateFolder, walletFile } from "../../../components/chain/signingState.ts";

let root: string;

before(() => {
  root = mkdtempSync(join(tmpdir(), "chain-unit-"));
});

after(() => rmSync(root, { recursive: true, force: true }));

describe("networks", () => {
  it("are known by name or given in full", () => {
    assert.equal(resolveNetwork("mainnet").chainId, "akashnet-2");
    assert.equal(resolveNetwork("sandbox"), publicNetworks.sandbox);
    const own = { chainId: "x", rpc: ["http://a"], gasPrice: "1uakt" };
    assert.equal(resolveNetwork(own), own);
  });

  it("are reached over TLS when they are public", () => {
    for (const { rpc } of Object.values(publicNetworks)) {
      for (const endpoint of rpc) assert.match(endpoint, /^https:\/\/[^/]+(\/\w+)?$/);
    }
  });

  it("include the embedded one as it runs now", () => {
    const folder = join(root, "embedded");
    mkdirSync(folder);
    const chain = { chainId: "akash-embedded-1", rpc: ["http://127.0.0.1:5"], gasPrice: "0.0025uakt" };
    writeFileSync(
      join(folder, "services.json"),
      JSON.stringify({ chain: { ...chain, home: "h" }, cluster: {} }),
    );
    assert.deepEqual(resolveNetwork("devnet", { PULUMI_AKASH_EMBEDDED: folder }), chain);
  });

  it("say how to start the embedded one", () => {
    const env = { PULUMI_AKASH_EMBEDDED: join(root, "nowhere") };
    assert.throws(
      () => resolveNetwork("devnet", env),
      (error) => error instanceof NetworkNotRunning && error.message.includes("./up"),
    );
  });
});

describe("the embedded network's default folder", () => {
  const start = process.cwd();

  after(() => process.chdir(start));

  it("is .embedded where the program runs", () => {
    process.chdir(root);
    assert.throws(() => resolveNetwork("devnet", {}), /: \.embedded\/services\.json does not describe it/);
  });
});

describe("the signing state", () => {
  it("is below the user's state folder, or where a variable says", () => {
    assert.match(signingStateFolder({}), /\.local\/state\/pulumi-akash$/);
    assert.equal(signingStateFolder({ XDG_STATE_HOME: "/s" }), "/s/pulumi-akash");
    assert.equal(signingStateFolder({ XDG_STATE_HOME: "/s", PULUMI_AKASH_STATE: "/own" }), "/own");
    assert.equal(walletFile("/own", "a/../b", "akash1x"), "/own/a_.._b.akash1x");
  });

  it("forgets one wallet on a chain that is no more, and tidies the folder away with the last", async () => {
    const folder = join(root, "signing");
    const leave = (chainId: string, address: string) => {
      const file = walletFile(folder, chainId, address);
      for (const ending of [".lock", ".takeover"]) mkdirSync(file + ending, { recursive: true });
      for (const ending of [".json", ".json.new", ".owner"]) writeFileSync(`${file}${ending}`, "{}");
    };
    for (const [chainId, address] of [
      ["c", "akash1x"],
      ["c", "akash1y"],
      ["d", "akash1x"],
    ] as const)
      leave(chainId, address);
    await forgetWallet("c", "akash1x", folder);
    const kept = ["c.akash1y", "d.akash1x"].flatMap((file) =>
      [".json", ".json.new", ".lock", ".owner", ".takeover"].map((ending) => file + ending),
    );
    assert.deepEqual(readdirSync(folder).sort(), kept);
    await forgetWallet("c", "akash1y", folder);
    await forgetWallet("d", "akash1x", folder);
    await forgetWallet("d", "akash1x", folder);
    assert.ok(!existsSync(folder));
  });
});

describe("the journal", () => {
  const entry: JournalEntry = {
    chainId: "c",
    address: "akash1x",
    hash: "AB",
    bytes: "AAEC",
    sequence: 3,
    timeoutHeight: 40,
    messages: ["createProvider"],
    fee: "1uakt",
    signedAt: 1,
  };

  it("keeps one entry, readable by its owner alone, until it is removed", async () => {
    const file = join(root, "journal", "c.akash1x");
    const journal = new Journal(file);
    assert.equal(await journal.read(), undefined);
    await journal.write({ ...entry, hash: "old" });
    await journal.write(entry);
    assert.deepEqual(await journal.read(), entry);
    assert.equal(statSync(`${file}.json`).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(join(root, "journal")), ["c.akash1x.json"]);
    await journal.remove();
    await journal.remove();
    assert.equal(await journal.read(), undefined);
  });

  it("takes a file that was cut off as none, and any other failure as one", async () => {
    const file = join(root, "cut");
    writeFileSync(`${file}.json`, '{"chainId":');
    assert.equal(await new Journal(file).read(), undefined);
    mkdirSync(join(root, "folder.json"));
    await assert.rejects(new Journal(join(root, "folder")).read(), { code: "EISDIR" });
  });
});
