import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { openChain } from "../../components/chain/index.ts";
import { filesBelow } from "../support/canaryProcesses.ts";
import { hasTerminals, runOnTerminal, Screen } from "../support/terminal/index.ts";
import { assertRefused } from "./faultsSupport.ts";
import { DEAD_ENDPOINT, type GarageSite, openGarage } from "./garageSite.ts";

const AKT = 1_000_000n;
const CTRL_C = "\u0003";
const PROVIDER = "/apis/apps/v1/namespaces/akash-services/statefulsets/akash-provider";

/** A real site from its first preview to its end, by a person who is asked and by a program that is not. */
describe("a real site", function () {
  this.timeout(600_000);
  let site: GarageSite;

  before(async () => {
    site = await openGarage({ owner: 10n * AKT, stranger: 0n });
    await site.declare();
  });
  after(() => site?.close());

  const run = (...args: string[]) => site.checkout.runWith(site.environment(), ...args, "-s", "garage");
  const record = async () => (await openChain(site.chain.network)).provider(site.owner.address);
  const certificates = async () => {
    const all = await (await openChain(site.chain.network)).certificates(site.owner.address);
    return all.map(({ state }) => state);
  };

  /** Runs a command on a terminal and answers its one question; a second one would be left without an answer. */
  async function answering(command: string, question: string, typed: string) {
    let asked = false;
    const { code, output } = await runOnTerminal({
      command: `'${process.execPath}' commands/main.ts ${command} -s garage`,
      cwd: site.checkout.folder,
      env: { ...process.env, ...site.environment(), NO_COLOR: "1" },
      columns: 200,
      timeoutSeconds: 240,
      type: (written) => {
        if (asked || !written.includes(question)) return undefined;
        asked = true;
        return typed;
      },
    });
    const screen = new Screen(200);
    await screen.write(output);
    assert.equal(screen.lines.filter((line) => line.includes(question)).length, 1, output);
    return { code, text: screen.lines.join("\n") };
  }
  const onTerminal = (title: string, test: () => Promise<void>) =>
    it(title, async function () {
      if (!hasTerminals()) {
        console.log("      skipped: `script` of util-linux is not installed, which gives the terminal");
        this.skip();
      }
      await test();
    });

  describe("that was never brought up", () => {
    it("is previewed and compared without a trace: no stack, no passphrase, its file as it was", async () => {
      const config = join(site.folder, "config");
      const env = { ...site.environment(), PULUMI_CONFIG_PASSPHRASE: undefined, XDG_CONFIG_HOME: config };
      const file = await site.checkout.read("Pulumi.garage.yaml");
      const changes = await site.checkout.changes();
      const preview = await site.checkout.runWith(env, "preview", "-s", "garage", "--json");
      assert.equal(preview.code, 0, preview.stderr);
      assert.match(preview.stderr, /Stack garage does not exist yet/);
      assert.ok((JSON.parse(preview.stdout) as { steps: unknown[] }).steps.length > 40);
      assertRefused(
        await site.checkout.runWith(env, "drift", "-s", "garage"),
        /never brought up: .*`npm run up -- -s garage`/,
      );

      assert.equal(await site.checkout.read("Pulumi.garage.yaml"), file);
      assert.equal(await site.checkout.changes(), changes);
      assert.ok(!existsSync(config), "a passphrase was made");
      const kept = [...filesBelow(join(site.folder, "state"))].map(([path]) => path);
      assert.deepEqual(
        kept.filter((path) => path.includes("garage")),
        [],
      );
    });

    it("is not brought up where nobody is there to ask", async () => {
      assertRefused(await run("up"), /`up` asks before it changes a real site\. Pass --yes/);
    });

    for (const [answer, typed] of Object.entries({ no: "n\r", "an interrupt": CTRL_C })) {
      onTerminal(`is not brought up after ${answer}`, async () => {
        const { code, text } = await answering("up", "Make these changes?", typed);
        assert.equal(code, 1, text);
        assert.match(text, /^error: Nothing was changed\.$/m);
      });
    }

    after(async () => {
      site.assertNothingSent();
      assert.equal(await site.cluster.get(PROVIDER), undefined);
    });
  });

  describe("that is up", () => {
    it("was brought up after yes", async () => {
      // Where there are no terminals, what follows needs the site all the same.
      const agreed = () => answering("up", "Make these changes?", "y\r");
      const up = hasTerminals() ? await agreed() : await run("up", "--yes");
      assert.equal(up.code, 0, JSON.stringify(up));
      assert.equal((await record())?.hostUri, "https://provider.example.com:8443");
      assert.deepEqual(await certificates(), ["valid"]);
    });

    const uid = async () => (await site.cluster.get<{ metadata: { uid: string } }>(PROVIDER))?.metadata.uid;
    const state = () => [...filesBelow(join(site.folder, "state", ".pulumi", "stacks"))];

    it("is refused under another name, which would make it a second time", async () => {
      const before = { uid: await uid(), state: state(), sent: site.chain.transactions.length };
      assert.ok(before.uid !== undefined);
      await site.declare({ name: "workshop" });
      for (const command of [["up", "--yes"], ["preview"], ["down", "--yes"]]) {
        assertRefused(await run(...command), /names its site workshop, which was brought up as garage/);
      }
      const after = { uid: await uid(), state: state(), sent: site.chain.transactions.length };
      assert.deepEqual(after, before);
    });

    const broken: Readonly<Record<string, readonly [() => object, RegExp]>> = {
      "a dead endpoint": [
        () => ({ network: { ...site.chain.network, rpc: [DEAD_ENDPOINT] } }),
        /127\.0\.0\.1:2: nothing listens there\. Check the address/,
      ],
      "a kubeconfig that is not there": [
        () => ({ cluster: { kubeconfig: join(site.folder, "nowhere") } }),
        /There is no readable kubeconfig at \S+nowhere\. Name an existing file/,
      ],
    };
    for (const [what, [changes, sentence]] of Object.entries(broken)) {
      it(`is not compared with ${what}: code 1, a sentence, and no JSON`, async () => {
        await site.declare(changes());
        const drift = await run("drift", "--json");
        assertRefused(drift, sentence);
        assert.deepEqual([drift.code, drift.stdout], [1, ""]);
      });
    }

    for (const [answer, typed] of Object.entries({ no: "n\r", "an interrupt": CTRL_C })) {
      onTerminal(`is not taken down after ${answer}`, async () => {
        await site.declare();
        const { code, text } = await answering("down", "Remove everything that `up` made for garage", typed);
        assert.equal(code, 1, text);
        assert.match(text, /^error: Nothing was removed\.$/m);
        assert.deepEqual(await certificates(), ["valid"]);
      });
    }

    it("is not taken down where nobody is there to ask", async () => {
      await site.declare();
      assertRefused(await run("down"), /`down` asks before it removes a real site\. Pass --yes/);
      assert.ok(await uid());
    });

    it("is taken down: the certificate is revoked, the record stays, which the chain cannot delete", async () => {
      const { code, stdout, stderr } = await run("down", "--yes", "--json");
      assert.equal(code, 0, stderr);
      assert.deepEqual(JSON.parse(stdout), { stack: "garage", result: "succeeded" });
      assert.equal((await record())?.hostUri, "https://provider.example.com:8443");
      assert.deepEqual(await certificates(), ["revoked"]);
      assert.equal(
        await site.cluster.get("/api/v1/namespaces/akash-services/secrets/akash-provider-keyring"),
        undefined,
      );
    });
  });
});
