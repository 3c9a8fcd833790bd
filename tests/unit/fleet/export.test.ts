import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { parse, parseAllDocuments } from "yaml";
import { loadFleet } from "../../../fleet/declaration/load.ts";
import { resolveFleet } from "../../../fleet/declaration/resolve.ts";
import { operatorStacks, renderStacks, secretVariables } from "../../../fleet/export/operator.ts";
import { renderWorkflow } from "../../../fleet/export/workflow.ts";
import { planWaves } from "../../../fleet/rollout/waves.ts";

const site = (name: string, more: object = {}) => ({
  domain: `${name}.example.com`,
  wallet: { mnemonicEnv: `${name.toUpperCase()}_MNEMONIC` },
  cluster: { kubeconfig: `~/.kube/${name}` },
  ...more,
});
const { sites } = resolveFleet(
  {
    defaults: {
      network: "mainnet",
      contact: { email: "ops@example.com" },
      attributes: { host: "example.com", tier: "community", "location-region": "na-us-west" },
    },
    sites: {
      alpha: site("alpha"),
      beta: site("beta", { dns: { provider: "cloudflare", tokenEnv: "BETA_TOKEN" } }),
      gamma: site("gamma"),
    },
  },
  "fleet.yaml",
);
const waves = planWaves(sites, [1, "rest"]);
const backend = "s3://state?region=eu-central-1";

describe("the fleet as Stack resources", () => {
  const options = { repository: "https://example.com/fleet.git", backend };

  it("lets a wave wait for every site of the one before", () => {
    const stacks = operatorStacks(sites, waves, options);
    assert.deepEqual(
      stacks.map(({ metadata, spec }) => [metadata.name, spec["prerequisites"]]),
      [
        ["alpha", undefined],
        ["beta", [{ name: "alpha", requirement: { succeededWithinDuration: "24h" } }]],
        ["gamma", [{ name: "alpha", requirement: { succeededWithinDuration: "24h" } }]],
      ],
    );
  });

  it("names secrets by Secret and key, and never removes a site with its resource", () => {
    const [, beta] = operatorStacks(sites, waves, options);
    const from = (key: string) => ({
      type: "Secret",
      secret: { name: "pulumi-akash-beta", namespace: "pulumi-akash", key },
    });
    assert.deepEqual(beta?.spec["envRefs"], {
      AWS_ACCESS_KEY_ID: from("AWS_ACCESS_KEY_ID"),
      AWS_SECRET_ACCESS_KEY: from("AWS_SECRET_ACCESS_KEY"),
      PULUMI_CONFIG_PASSPHRASE: from("PULUMI_CONFIG_PASSPHRASE"),
      BETA_MNEMONIC: from("BETA_MNEMONIC"),
      BETA_TOKEN: from("BETA_TOKEN"),
    });
    assert.equal(beta?.spec["destroyOnFinalize"], false);
  });

  it("says only what the operator's version knows", () => {
    const [one] = operatorStacks(sites, waves, { ...options, version: 1 });
    const [two] = operatorStacks(sites, waves, options);
    assert.equal(one && "serviceAccountName" in one.spec, false);
    assert.equal(two?.spec["serviceAccountName"], "pulumi-akash");
  });

  it("is written as one document each, the same every time", () => {
    const stacks = operatorStacks(sites, waves, options);
    const text = renderStacks(stacks);
    assert.deepEqual(
      parseAllDocuments(text).map((document) => document.toJS()),
      stacks,
    );
    assert.equal(text, renderStacks(operatorStacks(sites, waves, options)));
  });
});

describe("the fleet as a workflow", () => {
  interface Job {
    readonly if?: string;
    readonly needs?: string;
    readonly environment: string;
    readonly env: Readonly<Record<string, string>>;
    readonly strategy: { readonly matrix: { readonly site: readonly string[] } };
    readonly steps: readonly { readonly run?: string }[];
  }
  const { on, jobs } = parse(renderWorkflow(sites, waves, { backend })) as {
    on: { push: { paths: readonly string[] } };
    jobs: Record<string, Job>;
  };

  it("begins with a change of anything that decides what a site becomes, each of them there", () => {
    const root = join(import.meta.dirname, "..", "..", "..");
    const inTree = on.push.paths.filter((path) => !path.startsWith("Pulumi."));
    for (const path of inTree) assert.ok(existsSync(join(root, path.replace("/**", ""))), path);
    for (const folder of ["components", "policies", "toolchain"]) {
      assert.ok(on.push.paths.includes(`${folder}/**`), folder);
    }
  });

  it("has a job for each wave that needs the one before", () => {
    assert.deepEqual(
      Object.entries(jobs).map(([name, { needs, strategy }]) => [name, needs, strategy.matrix.site]),
      [
        ["wave-1", undefined, ["alpha"]],
        ["wave-2", "wave-1", ["beta", "gamma"]],
        ["drift", undefined, ["alpha", "beta", "gamma"]],
      ],
    );
  });

  it("looks for drift by the clock, and rolls out otherwise", () => {
    assert.deepEqual(
      [jobs["drift"]?.if, jobs["wave-1"]?.if],
      ["github.event_name == 'schedule'", "github.event_name != 'schedule'"],
    );
  });

  it("gives a job its site's environment, and no expression to the shell", () => {
    for (const { environment, env, steps } of Object.values(jobs)) {
      assert.equal(environment, "$" + "{{ matrix.site }}");
      assert.equal(env["PULUMI_BACKEND_URL"], backend);
      for (const { run = "" } of steps) assert.doesNotMatch(run, /\$\{\{/);
    }
  });
});

describe("the variables of a site", () => {
  it("are those that its declaration names, the passphrase, and what its backend asks for", () => {
    const ofBeta = (where: string) => secretVariables(sites[1] ?? { declaration: {} }, where);
    assert.deepEqual(ofBeta("file:///state"), ["PULUMI_CONFIG_PASSPHRASE", "BETA_MNEMONIC", "BETA_TOKEN"]);
    assert.deepEqual(ofBeta("https://api.pulumi.com").slice(0, 2), [
      "PULUMI_ACCESS_TOKEN",
      "PULUMI_CONFIG_PASSPHRASE",
    ]);
    assert.deepEqual(ofBeta(backend).slice(0, 2), ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]);
  });
});

describe("the examples of the documentation", () => {
  const examples = join(import.meta.dirname, "..", "..", "..", "docs", "examples");
  const read = (name: string) => readFileSync(join(examples, name), "utf8");
  const example = { backend: "s3://fleet-state?region=eu-central-1" };

  it("are a fleet, and what the exports make of it", async () => {
    const fleet = await loadFleet(join(examples, "fleet.yaml"), examples);
    const steps = planWaves(fleet.sites, fleet.rollout.waves);
    assert.deepEqual(
      steps.map((wave) => wave.sites),
      [["berlin"], ["munich", "portland"]],
    );
    const repository = "https://github.com/example/fleet.git";
    assert.equal(
      renderStacks(operatorStacks(fleet.sites, steps, { ...example, repository })),
      read("fleet-operator.yaml"),
    );
    assert.equal(renderWorkflow(fleet.sites, steps, example), read("fleet-github-actions.yml"));
  });
});
