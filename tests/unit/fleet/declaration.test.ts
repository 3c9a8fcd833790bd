import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { parse } from "yaml";
import { FleetDeclarationError } from "../../../fleet/declaration/errors.ts";
import { loadFleet } from "../../../fleet/declaration/load.ts";
import { renderStackFiles } from "../../../fleet/declaration/render.ts";
import { resolveFleet } from "../../../fleet/declaration/resolve.ts";
import { checksum, renderStackFile, StackFileEdited } from "../../../fleet/declaration/stackFile.ts";

const defaults = {
  network: "mainnet",
  contact: { email: "ops@example.com" },
  attributes: { host: "example.com", tier: "community", "location-region": "na-us-west" },
};
const site = (name: string, more: object = {}) => ({
  domain: `${name}.example.com`,
  wallet: { mnemonicEnv: `${name.toUpperCase()}_MNEMONIC` },
  cluster: { kubeconfig: `~/.kube/${name}` },
  ...more,
});

function problemsOf(declaration: unknown): readonly string[] {
  try {
    resolveFleet(declaration, "fleet.yaml");
  } catch (error) {
    assert.ok(error instanceof FleetDeclarationError, String(error));
    return error.problems;
  }
  return [];
}

describe("the declaration of a fleet", () => {
  it("gives every site its defaults, then its groups in its own order, then its fields", () => {
    const { sites } = resolveFleet(
      {
        defaults: { ...defaults, pricing: { cpu: 1, memory: 1 } },
        groups: { cheap: { pricing: { cpu: 0.5 } }, big: { pricing: { cpu: 2, gpu: { h100: 900 } } } },
        sites: {
          east: site("east", { groups: ["cheap", "big"] }),
          west: site("west", { groups: ["big", "cheap"], pricing: { memory: 3 } }),
          plain: site("plain"),
        },
      },
      "fleet.yaml",
    );
    const prices = sites.map(({ name, config: { pricing } }) => [
      name,
      pricing.cpu,
      pricing.memory,
      pricing.gpu,
    ]);
    assert.deepEqual(prices, [
      ["east", 2, 1, { h100: 900 }],
      ["west", 0.5, 3, { h100: 900 }],
      ["plain", 1, 1, {}],
    ]);
    assert.deepEqual(Object.keys(sites[0]?.declaration ?? {})[0], "name");
    assert.equal("groups" in (sites[0]?.declaration ?? {}), false);
  });

  it("lists the problems of all sites at once", () => {
    const problems = problemsOf({
      defaults: { ...defaults, network: "mainnett" },
      sites: { a1: site("a1"), b1: site("b1", { domian: "x" }), c1: site("c1", { cluster: null }) },
    });
    assert.match(problems.join("\n"), /sites\.a1: network/);
    assert.match(problems.join("\n"), /sites\.b1: domian: .*`domain`/);
    assert.match(problems.join("\n"), /sites\.c1: .*`cluster` and `nodes`|sites\.c1: .*`cluster`/);
  });

  it("names what stands for nothing", () => {
    const problems = problemsOf({
      defaults: { ...defaults, groups: ["x"] },
      sites: { dev: site("dev"), Bad_Name: site("bad"), good: site("good", { groups: ["nowhere"] }) },
      rollout: {
        waves: [{ group: "none" }, { sites: ["gone"] }],
        windows: { away: { from: "01:00", to: "02:00", timeZone: "UTC" } },
      },
    });
    for (const expected of [
      /sites\.dev: is the embedded site/,
      /sites\.Bad_Name: is not a site name/,
      /sites\.good\.groups: there is no group "nowhere"/,
      /defaults\.groups/,
      /rollout\.waves: there is no group "none"/,
      /rollout\.waves: there is no site "gone"/,
      /rollout\.windows: there is no group or site "away"/,
    ]) {
      assert.ok(
        problems.some((problem) => expected.test(problem)),
        `${expected}\n${problems.join("\n")}`,
      );
    }
  });

  it("names the nearest of doctor's checks where an exception from the gate is misspelt", async () => {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-akash-fleet-"));
    const file = join(folder, "fleet.yaml");
    const declare = (ignore: string[]) =>
      writeFileSync(
        file,
        JSON.stringify({ defaults, sites: { a1: site("a1") }, rollout: { gate: { ignore } } }),
      );
    try {
      declare(["port-http", "dns-provder"]);
      await assert.rejects(loadFleet(file, folder), (error: FleetDeclarationError) => {
        assert.deepEqual(error.problems, [
          'rollout.gate.ignore: doctor has no check "dns-provder"; the nearest is "dns-provider". Correct it; `npm run doctor -- --list` names them all.',
        ]);
        return true;
      });
      declare(["port-http", "dns-provider"]);
      const { rollout } = await loadFleet(file, folder);
      assert.deepEqual(rollout.gate.ignore, ["port-http", "dns-provider"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("refuses what is no fleet with the field and what to write", () => {
    assert.match(problemsOf({ sitse: {} }).join(), /sitse.*`sites`/);
    assert.match(
      problemsOf({ rollout: { maxUnavailable: "0%" } }).join(),
      /rollout\.maxUnavailable: "0%".*1% to 100%/,
    );
    const window = { from: "2:00", to: "05:00", timeZone: "Middle/Earth" };
    assert.match(
      problemsOf({ rollout: { window } }).join(),
      /from: "2:00" is not a time of day.*timeZone.*is not a time zone/,
    );
  });

  it("keeps two sites from having one wallet, domain or cluster", () => {
    const problems = problemsOf({
      defaults,
      sites: { a1: site("a1"), b1: { ...site("b1"), wallet: site("a1").wallet } },
    });
    assert.deepEqual(problems, ["a1, b1: have the same `wallet`. Give each site its own."]);
  });

  it("refuses wallets that somebody would have to type in", () => {
    const problems = problemsOf({ defaults, sites: { a1: site("a1", { wallet: { prompt: true } }) } });
    assert.match(problems.join(), /sites\.a1: wallet: asks for the words on the terminal/);
  });

  it("gives a site its own window, else that of its last group, else that of all", () => {
    const at = (from: string) => ({ from, to: "23:00", timeZone: "UTC" });
    const { sites } = resolveFleet(
      {
        defaults,
        groups: { east: {}, gpu: {} },
        sites: {
          a1: site("a1"),
          b1: site("b1", { groups: ["east", "gpu"] }),
          c1: site("c1", { groups: ["east"] }),
        },
        rollout: { window: at("01:00"), windows: { east: at("02:00"), gpu: at("03:00"), c1: at("04:00") } },
      },
      "fleet.yaml",
    );
    assert.deepEqual(
      sites.map(({ window }) => window?.from),
      ["01:00", "03:00", "04:00"],
    );
  });
});

describe("a rendered stack file", () => {
  const declaration = { name: "east", domain: "east.example.com", pricing: { cpu: 1 } };

  it("says where it comes from and holds the site", () => {
    const text = renderStackFile("Pulumi.east.yaml", declaration, undefined);
    assert.match(text, /^# Rendered from the fleet's declaration/);
    assert.deepEqual(parse(text), { config: { "akash:site": declaration } });
  });

  it("is the same again, also after the engine has put its salt into it", () => {
    const text = renderStackFile("Pulumi.east.yaml", declaration, undefined);
    assert.equal(renderStackFile("Pulumi.east.yaml", declaration, text), text);
    const salted = `${text}encryptionsalt: v1:abc=:v1:def:ghi==\n`;
    const again = renderStackFile("Pulumi.east.yaml", declaration, salted);
    assert.equal(again, salted);
  });

  it("follows the declaration and keeps what else is in the file", () => {
    const text = renderStackFile("Pulumi.east.yaml", declaration, undefined);
    const extended = `${text.replace("config:\n", "config:\n  akash:other:\n    secure: v1:xyz\n")}encryptionsalt: v1:abc\n`;
    const changed = renderStackFile("Pulumi.east.yaml", { ...declaration, pricing: { cpu: 2 } }, extended);
    assert.deepEqual(parse(changed), {
      config: { "akash:site": { ...declaration, pricing: { cpu: 2 } }, "akash:other": { secure: "v1:xyz" } },
      encryptionsalt: "v1:abc",
    });
  });

  it("that was edited by hand is noticed, by field and without its values", () => {
    const edited = renderStackFile("Pulumi.east.yaml", declaration, undefined).replace("cpu: 1", "cpu: 77");
    assert.throws(
      () => renderStackFile("Pulumi.east.yaml", declaration, edited),
      (error: Error) =>
        error instanceof StackFileEdited &&
        /pricing\.cpu/.test(error.message) &&
        !error.message.includes("77"),
    );
    assert.deepEqual(parse(renderStackFile("Pulumi.east.yaml", declaration, edited, true)), {
      config: { "akash:site": declaration },
    });
  });

  it("that somebody wrote is taken over when it says the same", () => {
    const own = "config:\n  akash:site: {domain: east.example.com, pricing: {cpu: 1}, name: east}\n";
    assert.match(renderStackFile("Pulumi.east.yaml", declaration, own), /^# Rendered/);
    assert.throws(
      () => renderStackFile("Pulumi.east.yaml", { ...declaration, name: "x" }, own),
      StackFileEdited,
    );
  });

  it("has a checksum that does not depend on the order of fields", () => {
    assert.equal(checksum({ a: 1, b: { c: [1, 2], d: 3 } }), checksum({ b: { d: 3, c: [1, 2] }, a: 1 }));
    assert.notEqual(checksum({ c: [1, 2] }), checksum({ c: [2, 1] }));
  });
});

describe("the files of a fleet", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-akash-fleet-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("may be one, or one per site beside it", async () => {
    mkdirSync(join(folder, "sites"));
    writeFileSync(join(folder, "fleet.yaml"), JSON.stringify({ defaults, sites: { one: site("one") } }));
    writeFileSync(join(folder, "sites", "two.yaml"), JSON.stringify(site("two")));
    const names = async (path: string) => (await loadFleet(path, folder)).sites.map(({ name }) => name);
    assert.deepEqual(await names(folder), ["one", "two"]);
    assert.deepEqual(await names(join(folder, "fleet.yaml")), ["one"]);
    writeFileSync(join(folder, "sites", "one.yaml"), JSON.stringify(site("one")));
    await assert.rejects(
      loadFleet(folder, folder),
      /sites\.one: is declared in fleet\.yaml and in sites\/one\.yaml/,
    );
    rmSync(join(folder, "sites"), { recursive: true });
  });

  it("that are missing or no YAML are named", async () => {
    await assert.rejects(loadFleet(join(folder, "none"), folder), /There is no none\/fleet\.yaml/);
    writeFileSync(join(folder, "broken.yaml"), "sites: [unclosed");
    await assert.rejects(loadFleet(join(folder, "broken.yaml"), folder), FleetDeclarationError);
  });

  it("are written only when none of them was edited", async () => {
    const { sites } = resolveFleet({ defaults, sites: { one: site("one"), two: site("two") } }, "fleet.yaml");
    assert.deepEqual(await renderStackFiles(sites, { project: folder }), [
      "Pulumi.one.yaml",
      "Pulumi.two.yaml",
    ]);
    assert.deepEqual(await renderStackFiles(sites, { project: folder }), []);
    const file = join(folder, "Pulumi.two.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace("two.example.com", "other.example.com"));
    const changed = resolveFleet(
      { defaults: { ...defaults, pricing: { cpu: 9 } }, sites: { one: site("one"), two: site("two") } },
      "x",
    );
    const before = readFileSync(join(folder, "Pulumi.one.yaml"), "utf8");
    await assert.rejects(
      renderStackFiles(changed.sites, { project: folder }),
      /Pulumi\.two\.yaml was edited by hand.*domain/,
    );
    assert.equal(readFileSync(join(folder, "Pulumi.one.yaml"), "utf8"), before);
  });
});
