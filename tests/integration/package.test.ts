import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import {
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { promisify } from "node:util";
import { after, before, describe, it } from "mocha";
import { stringify } from "yaml";
import { EngineError, runEngine } from "../../commands/engine.ts";
import type { SiteDeclaration } from "../../components/site/index.ts";
import { type EmbeddedServices, ensureEmbedded, stopEmbedded } from "../../embedded/index.ts";
import { violationsOf } from "../../policies/index.ts";
import { ensureToolchain, type Toolchain } from "../../toolchain/index.ts";
import { codeBlocks } from "../support/codeBlocks.ts";

const repo = resolve(import.meta.dirname, "../..");
const consumer = join(import.meta.dirname, "../support/consumer");
const execute = promisify(execFile);

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

describe("the packed library in an empty project", function () {
  this.timeout(600_000);
  let root: string;
  let project: string;
  let toolchain: Toolchain;
  let services: EmbeddedServices;

  before(async () => {
    toolchain = await ensureToolchain({ tools: ["engine", "embedded"], silent: true });
    root = mkdtempSync(join(tmpdir(), "pulumi-akash-package-"));
    project = join(root, "project");
    await execute(process.execPath, [join(repo, "toolchain/pack.ts"), root]);
    cpSync(consumer, project, { recursive: true });
    writeExamples();
    await install();
    startsFolders();
    services = await ensureEmbedded({ folder: join(root, "embedded"), toolchain });
  });

  after(async () => {
    await stopEmbedded({ folder: join(root, "embedded") });
    rmSync(root, { recursive: true });
  });

  /** The programs that the README shows: the first is run, and all are compiled. */
  function writeExamples(): void {
    const [site = "", ...others] = codeBlocks(readFileSync(join(repo, "README.md"), "utf8"), "ts");
    assert.ok(others.length > 0);
    const outputs = `import { siteOutputs } from "pulumi-akash";
export const { owner, hostUri, registration, certificate } = siteOutputs(site, args);
`;
    writeFileSync(join(project, "index.ts"), `${site}${outputs}`);
    for (const [index, example] of others.entries())
      writeFileSync(join(project, `example-${index}.ts`), example);
  }

  /** Installs the tarball as anybody does, with the versions of our lock file, which npm's cache has. */
  async function install(): Promise<void> {
    const { dependencies, devDependencies } = readJson<Manifest>(join(repo, "package.json"));
    const { packages, lockfileVersion } = readJson<{
      readonly packages: Readonly<Record<string, object>>;
      readonly lockfileVersion: number;
    }>(join(repo, "package-lock.json"));
    const { "": _repository, "node_modules/pulumi-akash": _self, ...locked } = packages;
    const manifest = {
      name: "garage",
      private: true,
      type: "module",
      dependencies: pick(dependencies, ["@pulumi/pulumi"]),
      devDependencies: pick(devDependencies, ["@types/node", "typescript"]),
    };
    writeFileSync(join(project, "package.json"), JSON.stringify(manifest));
    writeFileSync(
      join(project, "package-lock.json"),
      JSON.stringify({ lockfileVersion, packages: { "": manifest, ...locked } }),
    );
    const [tarball = ""] = readdirSync(root).filter((name) => name.endsWith(".tgz"));
    // The scripts of packages would fetch engine plugins, which the toolchain has.
    const options = ["--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    await execute("npm", ["install", ...options, join(root, tarball)], { cwd: project });
  }

  function engine(...[command = "", ...rest]: string[]) {
    return engineIn(project, command, ...rest);
  }

  function engineIn(folder: string, command: string, ...rest: string[]) {
    const { env } = toolchain;
    return runEngine([command, "--stack", "garage", "--non-interactive", ...rest], {
      cwd: folder,
      env: {
        ...env,
        PATH: [join(root, "analyzer"), env["PATH"]].join(delimiter),
        PULUMI_BACKEND_URL: `file://${root}`,
        PULUMI_CONFIG_PASSPHRASE: "test",
      },
      output: "capture",
      events: command !== "stack",
    });
  }

  const policies = () => join(project, "node_modules", "pulumi-akash", "policies");

  /**
   * A copy of the pack for the language host built from its Go module, which starts no packs: for a runtime it does
   * not know the engine calls this script, and it does what an official host does with `runtime: nodejs`.
   */
  function startsFolders(): void {
    const file = join(policies(), "PulumiPolicy.yaml");
    const text = readFileSync(file, "utf8");
    assert.match(text, /^runtime: nodejs$/m);
    writeFileSync(file, text.replace("runtime: nodejs", "runtime: nodejspack"));
    mkdirSync(join(root, "analyzer"));
    const script = `#!/bin/sh
exec node "$(node -p 'require.resolve("@pulumi/pulumi/cmd/run-policy-pack")')" "$@"
`;
    writeFileSync(join(root, "analyzer", "pulumi-analyzer-policy-nodejspack"), script, { mode: 0o755 });
  }

  async function ask<T>(...query: string[]): Promise<T> {
    const [rpc = ""] = services.chain.rpc;
    const place = ["--node", rpc.replace("http:", "tcp:"), "--output", "json", "--home", join(root, "asker")];
    const { stdout } = await execute(toolchain.path("akash"), ["query", ...query, ...place]);
    return JSON.parse(stdout) as T;
  }

  it("is a copy of compiled files, without what only the repository needs", () => {
    const installed = join(project, "node_modules", "pulumi-akash");
    assert.ok(lstatSync(installed).isDirectory());
    const files = readdirSync(installed, { recursive: true, encoding: "utf8" });
    assert.deepEqual(
      files.filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts")),
      [],
    );
    assert.deepEqual(
      readdirSync(installed).filter((name) => lstatSync(join(installed, name)).isDirectory()),
      ["components", "policies", "toolchain"],
    );
    for (const absent of ["mocha", "@biomejs", "commander"]) {
      assert.equal(
        readdirSync(join(project, "node_modules")).includes(absent),
        false,
        `${absent} came along`,
      );
    }
  });

  it("gives CommonJS programs the same, and the engine every implementation that a resource names", async () => {
    const installed = join(project, "node_modules", "pulumi-akash", "components");
    const sources = readdirSync(installed, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".js"),
    );
    const named = sources.flatMap((name) =>
      [...readFileSync(join(installed, name), "utf8").matchAll(/"(\w+\/\w+Provider)"/g)].map(
        ([, path]) => path,
      ),
    );
    assert.ok(named.length >= 5, `only ${named} are named`);
    const script = `
      const kinds = ${JSON.stringify(named)}.map((name) => typeof require("pulumi-akash/providers/" + name).handler().create);
      console.log(JSON.stringify([typeof require("pulumi-akash").ProviderSite, ...kinds]));`;
    const { stdout } = await execute(process.execPath, ["--input-type=commonjs", "-e", script], {
      cwd: project,
    });
    assert.deepEqual(JSON.parse(stdout), ["function", ...named.map(() => "function")]);
  });

  it("has types that accept its program and refuse mistakes", async () => {
    await execute(join(project, "node_modules", ".bin", "tsc"), [], { cwd: project }).catch(
      ({ stdout }: { stdout: string }) => assert.fail(stdout),
    );
  });

  describe("with the policy pack", () => {
    const violation = () => join(project, "violation");
    before(() => engineIn(violation(), "stack", "init", "--no-select"));

    for (const [form, pack] of [
      ["a program", "policies/pack.js"],
      ["a folder", "policies"],
    ] as const) {
      it(`as ${form} refuses a violation by name`, async () => {
        const path = join("..", "node_modules", "pulumi-akash", pack);
        const refused: unknown = await engineIn(violation(), "preview", "--policy-pack", path).catch(
          (error: unknown) => error,
        );
        assert.ok(refused instanceof EngineError, "nothing was refused");
        assert.deepEqual(
          violationsOf(refused.events).map(({ policy, enforcement, resource }) => [
            policy,
            enforcement,
            resource,
          ]),
          [["no-cluster-admin", "mandatory", "everybody"]],
          refused.message,
        );
      });
    }
  });

  it("stands up a site that the pack lets pass: the chain answers with its host and one valid certificate", async () => {
    const { chain, cluster, wallet } = services;
    const site: SiteDeclaration = {
      name: "garage",
      domain: "garage.test",
      network: { chainId: chain.chainId, rpc: [...chain.rpc], gasPrice: chain.gasPrice },
      wallet: { mnemonicFile: wallet.mnemonicFile },
      cluster: { kubeconfig: cluster.kubeconfig },
      address: "203.0.113.10",
      dns: { provider: "manual" },
      contact: { email: "ops@garage.test" },
      tls: { issuer: "self-signed" },
      ingress: { mode: "classic", controller: "none" },
      gpu: { operator: "none" },
      attributes: { host: "akash", tier: "community", organization: "garage", "location-region": "us-west" },
      storage: { providerVolume: { storageClass: "local-path" } },
      pricing: { cpu: 1.6, memory: 0.8, gpu: { rtx5090: 120 } },
    };
    writeFileSync(join(project, "Pulumi.garage.yaml"), stringify({ config: { "akash:site": site } }));
    await engine("stack", "init", "--no-select");
    const pack = join("node_modules", "pulumi-akash", "policies", "pack.js");
    const { events, stdout: said } = await engine("up", "--yes", "--skip-preview", "--policy-pack", pack);
    assert.deepEqual(violationsOf(events), []);
    assert.match(said, /pulumi-akash@v\d/);

    const provider = await ask<{ host_uri: string }>("provider", "get", wallet.address);
    assert.equal(provider.host_uri, "https://provider.garage.test:8443");
    const { certificates } = await ask<{
      certificates: { serial: string; certificate: { state: string } }[];
    }>("cert", "list", "--owner", wallet.address);
    assert.deepEqual(
      certificates.map(({ certificate }) => certificate.state),
      ["valid"],
    );
    const { stdout } = await engine("stack", "output", "--json");
    const outputs = JSON.parse(stdout) as { owner: string; certificate: { serial: string } };
    assert.equal(outputs.owner, wallet.address);
    assert.equal(outputs.certificate.serial, certificates[0]?.serial);
  });

  it("reads the site back and finds it as declared, and the pack as a folder has nothing against it", async () => {
    const pack = join("node_modules", "pulumi-akash", "policies");
    const compare = ["--refresh", "--run-program", "--expect-no-changes", "--policy-pack", pack];
    const { events, stdout } = await engine("preview", ...compare);
    assert.deepEqual(violationsOf(events), []);
    assert.match(stdout, /pulumi-akash@v\d/);
  });
});

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, "utf8")) as T;
}

function pick(versions: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(versions).filter(([name]) => names.includes(name)));
}
