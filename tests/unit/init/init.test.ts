import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterEach, describe, it } from "mocha";
import { parse } from "yaml";
import { InitError } from "../../../commands/init/errors.ts";
import type { Question } from "../../../commands/init/questions.ts";
import { type InitOptions, type InitWorld, init, initCommand } from "../../../commands/init.ts";
import { expectsGpuOperator, parseSiteConfig } from "../../../components/site/config.ts";
import { publicAddress } from "../../../components/site/publicAddress.ts";
import { options, type TestWorld, testWorld } from "./world.ts";

describe("init", () => {
  let world: TestWorld;
  afterEach(() => world.close());

  async function run(
    changes: Partial<InitOptions> = {},
    worldChanges: Partial<InitWorld> = {},
    answer?: (question: Question) => string | undefined,
  ): Promise<void> {
    world = await testWorld(worldChanges, answer);
    await init(options(changes), world);
  }

  async function written(stack = "garage"): Promise<Record<string, unknown>> {
    return parse(await readFile(join(world.folder, `Pulumi.${stack}.yaml`), "utf8"));
  }

  const siteOf = (file: Record<string, unknown>) => Reflect.get(Object(file["config"]), "akash:site");

  const printed = () => stripVTControlCharacters(world.printed.join("\n"));

  /** Lines that a terminal of 80 columns breaks; the path of the file that was written is as long as it is. */
  const tooLong = (text: string) =>
    text.split("\n").filter((line) => line.length > 80 && !line.startsWith("Written: "));

  it("asks eight questions and writes a file that is valid", async () => {
    await run();
    assert.equal(world.asked.length, 8);
    assert.deepEqual(siteOf(await written()), {
      name: "garage",
      domain: "example.com",
      network: "mainnet",
      wallet: { mnemonicEnv: "GARAGE_MNEMONIC" },
      nodes: [{ host: "192.168.1.20", user: "root" }],
      address: "auto",
      dns: { provider: "manual" },
      contact: { email: "ops@example.com", website: "https://example.com" },
      attributes: {
        host: "akash",
        organization: "garage",
        email: "ops@example.com",
        tier: "community",
        "location-region": "eu-central",
        "capabilities/cpu": "amd",
      },
      pricing: { cpu: 1.6, memory: 0.8, gpu: { rtx5090: 100 } },
    });
    assert.equal(expectsGpuOperator(parseSiteConfig(siteOf(await written()))), true);
    assert.deepEqual(await readdir(world.folder), ["Pulumi.garage.yaml"]);
  });

  it("prints the exact forwards when a router holds the public address", async () => {
    await run();
    const rows = printed()
      .split("\n")
      .filter((line) => line.includes("192.168.1.20:"))
      .map((line) => line.split(/\s+/).slice(0, 3));
    assert.deepEqual(rows, [
      ["80", "TCP", "192.168.1.20:80"],
      ["443", "TCP", "192.168.1.20:443"],
      ["8443", "TCP", "192.168.1.20:8443"],
      ["8444", "TCP", "192.168.1.20:8444"],
      ["30000-32767", "TCP+UDP", "192.168.1.20:30000-32767"],
    ]);
    assert.match(printed(), /GARAGE_MNEMONIC/);
    assert.match(printed(), /npm run up -- -s garage/);
  });

  it("fits into 80 columns, with the longest address a router gives", async () => {
    const lanAddress = "192.168.100.200";
    const network = async () => ({
      localAddresses: [lanAddress],
      lanAddress,
      publicAddress: "203.0.113.110",
      lineAddress: "203.0.113.110",
    });
    await run({}, { network });
    assert.match(printed(), /30000-32767 +TCP\+UDP +192\.168\.100\.200:30000-32767 +other ports of leases/);
    assert.match(printed(), /^ {3}read -rs GARAGE_MNEMONIC && export GARAGE_MNEMONIC$/m);
    assert.deepEqual(tooLong(printed()), []);
  });

  it("stops at CGNAT with the ways out, and writes nothing", async () => {
    const network = async () => ({
      localAddresses: ["192.168.1.20"],
      lanAddress: "192.168.1.20",
      publicAddress: "198.51.100.1",
      lineAddress: "100.70.1.2",
    });
    await assert.rejects(run({}, { network }), (error: Error) => {
      assert(error instanceof InitError);
      assert.match(error.message, /CGNAT/);
      assert.match(error.message, /public IPv4 address/);
      assert.match(error.message, /tunnel to a rented server/);
      assert.match(error.message, /Nothing was written and nothing was spent\./);
      return true;
    });
    assert.deepEqual(await readdir(world.folder), []);
    await world.close();
    await run({ address: "203.0.113.99" }, { network });
    assert.equal(siteOf(await written())["address"], "203.0.113.99");
    assert.match(printed(), /Lead the ports 80, 443, 8443, 8444 and\s30000-32767 from there to it/);
  });

  it("says so when there is a second router, and when nobody told the address", async () => {
    const facts = { localAddresses: ["192.168.1.20"], lanAddress: "192.168.1.20" };
    await run(
      {},
      { network: async () => ({ ...facts, publicAddress: "203.0.113.10", lineAddress: "192.168.0.2" }) },
    );
    assert.match(printed(), /another\s+router\s+stands\s+before\s+it/);
    assert.deepEqual(tooLong(printed()), []);
    // What `init` lets pass, `up` must not refuse: the ports may be forwarded on both.
    const { address } = parseSiteConfig(siteOf(await written()));
    const question = { declared: address, domain: "example.com", nodes: ["local"] };
    const settled = await publicAddress(question, {
      nearNodes: async () => true,
      resolve: async () => [],
      publicAddress: async () => "203.0.113.10",
      localAddresses: () => facts.localAddresses,
      wanAddress: async () => "192.168.0.2",
    });
    assert.equal(settled.address, "203.0.113.10");
    assert.match(settled.warning ?? "", /bridge mode, or forward the ports on both/);
    await world.close();
    await run({}, { network: async () => facts });
    assert.match(printed(), /could not be found out/);
    assert.deepEqual(tooLong(printed()), []);
  });

  it("needs no forwards when the public address is on the machine", async () => {
    const network = async () => ({
      localAddresses: ["203.0.113.10"],
      lanAddress: "203.0.113.10",
      publicAddress: "203.0.113.10",
    });
    await run({ json: true }, { network });
    const result = JSON.parse(printed());
    assert.deepEqual(result.reach, { kind: "direct", address: "203.0.113.10" });
    assert.deepEqual(result.forwards, []);
    assert.equal(result.stack, "garage");
    assert.equal(result.site.domain, "example.com");
  });

  it("takes an existing cluster, and the GPUs it offers", async () => {
    await run(
      {},
      {
        kubeconfigs: ["~/.kube/config"],
        cluster: async () => ({ server: "https://192.168.1.30:6443", nodes: 3, gpuModels: ["h100"] }),
      },
    );
    const site = siteOf(await written());
    assert.deepEqual(site["cluster"], { kubeconfig: "~/.kube/config" });
    assert.deepEqual(site["pricing"]["gpu"], { h100: 100 });
    assert.equal(site["attributes"]["capabilities/cpu"], undefined);
    assert.match(world.said.join("\n"), /3 nodes; h100/);
    assert.match(printed(), /192\.168\.1\.30:8443/);
  });

  it("declares the address of a cluster elsewhere, not the one of this machine", async () => {
    await run(
      {},
      {
        kubeconfigs: ["~/.kube/config"],
        cluster: async () => ({ server: "https://198.51.100.7:6443", nodes: 1, gpuModels: [] }),
      },
    );
    assert.equal(siteOf(await written())["address"], "198.51.100.7");
  });

  it("goes on when the cluster does not answer", async () => {
    const cluster = async () => {
      throw new Error("connection refused");
    };
    await run({}, { kubeconfigs: ["~/.kube/config"], cluster });
    assert.match(world.said.join("\n"), /could not be asked: connection refused/);
    assert.deepEqual(siteOf(await written())["cluster"], { kubeconfig: "~/.kube/config" });
  });

  describe("an existing file", () => {
    const before = "encryptionsalt: v1:abc\nconfig:\n  other:key: 1\n  akash:site: { name: old }\n";

    async function withFile(changes: Partial<InitOptions>, worldChanges: Partial<InitWorld> = {}) {
      world = await testWorld(worldChanges);
      await writeFile(join(world.folder, "Pulumi.garage.yaml"), before);
      await init(options(changes), world);
    }

    it("is left as it is without a yes", async () => {
      await assert.rejects(withFile({}), /exists already and was left as it is\. --force replaces it/);
      assert.equal(await readFile(join(world.folder, "Pulumi.garage.yaml"), "utf8"), before);
    });

    it("is not asked about in an unattended run", async () => {
      const confirm = () => assert.fail("asked");
      await assert.rejects(withFile({}, { interactive: false, confirm }), InitError);
    });

    for (const [how, changes, worldChanges] of [
      ["with a yes", {}, { confirm: async () => true }],
      ["with --force", { force: true }, {}],
    ] as const) {
      it(`gets a new site ${how} and keeps the rest`, async () => {
        await withFile(changes, worldChanges);
        const file = await written();
        assert.equal(file["encryptionsalt"], "v1:abc");
        assert.equal(Reflect.get(Object(file["config"]), "other:key"), 1);
        assert.equal(siteOf(file)["name"], "garage");
        assert.deepEqual(await readdir(world.folder), ["Pulumi.garage.yaml"]);
      });
    }
  });

  it("leaves nothing behind when it is interrupted", async () => {
    const ask = async () => {
      throw new InitError("Interrupted. Nothing was written.");
    };
    await assert.rejects(run({}, { ask }), /Interrupted/);
    assert.deepEqual(await readdir(world.folder), []);
  });

  it("asks nothing without a terminal", async () => {
    await assert.rejects(run({}, { interactive: false }), /Pass --answers FILE/);
    await world.close();
    await assert.rejects(run({ answers: "/does/not/exist.yaml" }), /There is no answers file/);
  });

  it("runs from an answers file alone, into the stack that is named", async () => {
    world = await testWorld({ interactive: false });
    const answers = join(world.folder, "answers.yaml");
    await writeFile(
      answers,
      "domain: example.com\nwallet: file:~/words\nplace: ~/.kube/config\nregion: as-east\n",
    );
    await init(options({ answers, stack: "tokyo", json: true }), world);
    const site = siteOf(await written("tokyo"));
    assert.deepEqual(site["wallet"], { mnemonicFile: "~/words" });
    assert.equal(site["attributes"]["location-region"], "as-east");
    assert.deepEqual(world.asked, []);
    assert.equal(JSON.parse(printed()).forwards.length, 5);
  });

  it("describes no site on the embedded site's network, whose files `down` would remove with it", async () => {
    world = await testWorld({ interactive: false });
    const answers = join(world.folder, "answers.yaml");
    await writeFile(answers, "domain: example.com\nplace: ~/.kube/config\nnetwork: devnet\n");
    await assert.rejects(init(options({ answers }), world), /"devnet" is not a network.*mainnet or sandbox/);
    assert.deepEqual(await readdir(world.folder), ["answers.yaml"]);
  });

  it("names every wrong and missing answer", async () => {
    world = await testWorld({ interactive: false });
    const answers = join(world.folder, "answers.yaml");
    await writeFile(answers, "email: nobody\nwallet: abandon abandon about\nnetwork: moon\n");
    await assert.rejects(init(options({ answers }), world), (error: Error) => {
      assert.deepEqual(error.message.split("\n").slice(1), [
        "- domain: is missing. Expected: Its domain (it will answer at provider.<domain> and *.ingress.<domain>).",
        '- email: "nobody" is not an e-mail address. Write it as ops@example.com.',
        '- network: "moon" is not a network of a real site. Choose mainnet or sandbox.',
        "- wallet: Write env:VARIABLE, file:PATH, new:PATH or prompt; never the words themselves.",
      ]);
      return true;
    });
  });

  it("has a help that shows an answers file", async () => {
    world = await testWorld();
    let help = "";
    const command = initCommand().configureOutput({
      writeOut: (text) => (help += text),
      getOutHelpWidth: () => 80,
    });
    command.outputHelp();
    assert.match(help, /place: ~\/\.kube\/config/);
    assert.match(help, /at most eight questions/);
    assert.deepEqual(tooLong(help), []);
  });
});
