import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { after, before, describe, it } from "mocha";
import { POLICY_PACK, RULES } from "../../policies/index.ts";
import { openProgram, type TestProgram } from "../support/program.ts";

const execute = promisify(execFile);
const GPU = "capabilities/gpu/vendor/nvidia/model/rtx5090";

/** Objects are rendered into a folder: no cluster is needed to be judged. */
const program = (folder: string, body: string) => `import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Certificate, GpuGate, ProviderRegistration } from "pulumi-akash";
const k8s = { provider: new kubernetes.Provider("k8s", { renderYamlToDirectory: ${JSON.stringify(join(folder, "yaml"))} }) };
const chain = { network: { chainId: "nowhere", rpc: ["http://127.0.0.1:1"], gasPrice: "0.025uakt" }, wallet: { mnemonicEnv: "NO_WORDS" }, owner: "akash1nobody" };
const cluster = { kubeconfigPath: "/nowhere" };
const resources = { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "64Mi" } };
const template = (container, spec = {}) => ({
  metadata: { labels: { app: "a" } },
  spec: { ...spec, containers: [{ name: "main", image: "ghcr.io/akash-network/provider:0.16.2", resources, ...container }] },
});
const selector = { matchLabels: { app: "a" } };
const run = ["provider-services", "run"];
const operate = ["provider-services", "operator", "hostname"];
${body}`;

/** Each rule is violated once. */
const violating = `
new kubernetes.rbac.v1.ClusterRoleBinding("admin", { roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" }, subjects: [] }, k8s);
new kubernetes.apps.v1.Deployment("host", { spec: { selector, template: template({}, { hostNetwork: true }) } }, k8s);
new kubernetes.apps.v1.Deployment("moving", { spec: { selector, template: template({ image: "ghcr.io/akash-network/provider:latest" }) } }, k8s);
new kubernetes.apps.v1.Deployment("greedy", { spec: { selector, template: template({ resources: {} }) } }, k8s);
new kubernetes.core.v1.Namespace("open", { metadata: { name: "open", labels: { "akash.network": "true" } } }, k8s);
new kubernetes.storage.v1.StorageClass("silent", { metadata: { name: "beta3" }, provisioner: "rancher.io/local-path" }, k8s);
const env = [{ name: "AP_MONITOR_MAX_RETRIES", value: "40" }];
new kubernetes.apps.v1.StatefulSet("twice", { spec: { serviceName: "a", replicas: 2, selector, template: template({ args: run, env }) } }, k8s);
new kubernetes.apps.v1.Deployment("old", { spec: { selector, template: template({ args: operate, image: "ghcr.io/akash-network/provider:0.14.2" }) } }, k8s);
new kubernetes.core.v1.Service("metrics", { spec: { type: "LoadBalancer", ports: [{ port: 9090 }] } }, k8s);
new Certificate("certificate", { ...chain, host: "gpu.example.com", cluster });
new ProviderRegistration("registration", { ...chain, hostUri: "https://provider.example.com:8443", attributes: { "${GPU}/interface/pcie/ram/32Gi": "true" } });
`;

/** Nothing to object to, though some of it is not known before it is made. */
const sound = `
const registration = new ProviderRegistration("registration", { ...chain, hostUri: "https://provider.example.com:8443", attributes: { host: "akash", tier: "community", organization: "test", "location-region": "us-west", "${GPU}": "true" }, contact: { email: "a@example.com", website: "https://example.com" } });
new Certificate("certificate", { ...chain, host: "provider.example.com", cluster });
const namespace = new kubernetes.core.v1.Namespace("services", { metadata: { name: "akash-services", labels: { "akash.network": "true" } } }, k8s);
new kubernetes.networking.v1.NetworkPolicy("policy", { metadata: { name: "a", namespace: namespace.metadata.name }, spec: { podSelector: {}, policyTypes: ["Ingress"], ingress: [{ ports: [{ port: 8443 }] }] } }, k8s);
const env = [{ name: "AP_MONITOR_MAX_RETRIES", value: "2880" }, { name: "AP_MONITOR_RETRY_PERIOD", value: "30s" }];
new kubernetes.apps.v1.StatefulSet("provider", { spec: { serviceName: "a", replicas: 1, selector, template: template({ args: run, env }) } }, k8s);
new kubernetes.apps.v1.Deployment("later", { spec: { selector, template: template({ image: pulumi.interpolate\`example.com/\${registration.txHash}\`, args: [registration.txHash] }) } }, k8s);
`;

describe("the policy pack in the engine", function () {
  this.timeout(300_000);
  let bench: TestProgram;

  before(async () => {
    bench = await openProgram();
  });
  after(() => bench?.remove());

  const preview = (body: string, config: object = {}) => {
    bench.declare(program(bench.folder, body));
    const file = join(bench.folder, "policies.json");
    writeFileSync(file, JSON.stringify(config));
    return bench.pulumi("preview", "--policy-pack", POLICY_PACK, "--policy-pack-config", file);
  };

  it("refuses what violates its rules: each is named, with the resource and what to do", async () => {
    const { code, output } = await preview(violating);
    assert.notEqual(code, 0, output);
    const words = output.replaceAll(/\s+/g, " ");
    for (const { name, enforcement, severity, remedy } of RULES) {
      assert.match(
        output,
        new RegExp(`\\[${enforcement}\\] \\[severity: ${severity}\\] +${name} `),
        `${name}\n${output}`,
      );
      assert.ok(words.includes(remedy), `${name}: ${remedy}`);
    }
  });

  it("lets pass what meets them, and does not stumble over what is not known yet", async () => {
    const { code, output } = await preview(sound, {
      "attributes-as-detected": { detected: JSON.stringify([GPU]) },
    });
    assert.equal(code, 0, output);
    assert.doesNotMatch(output, /\[(mandatory|advisory)\]/);
  });

  it("compares with what was detected", async () => {
    const { code, output } = await preview(sound, { "attributes-as-detected": { detected: "[]" } });
    assert.notEqual(code, 0, output);
    assert.match(output, /no such GPU was detected/);
  });

  it("compares with what is on the buses of the program's own machines", async () => {
    const card = { node: "gpu-1", vendor: "nvidia", model: "rtx5090", count: 1 };
    const gate = (expected: object[]) =>
      `const gate = new GpuGate("gpus", { cluster, hosts: {}, expected: ${JSON.stringify(expected)} });\n`;
    const afterGate = sound.replace(/(contact: \{.*?\}) \}\)/, "$1 }, { dependsOn: gate })");
    const there = await preview(gate([card]) + afterGate);
    assert.equal(there.code, 0, there.output);
    const gone = await preview(gate([]) + afterGate);
    assert.notEqual(gone.code, 0, gone.output);
    assert.match(gone.output.replaceAll(/\s+/g, " "), /no such GPU is on a machine's bus/);
  });

  it("only says what a site has made advisory, and is silent about what it has disabled", async () => {
    const eased = Object.fromEntries(RULES.map(({ name }) => [name, { enforcementLevel: "advisory" }]));
    const { code, output } = await preview(violating, {
      ...eased,
      "one-provider": { enforcementLevel: "disabled" },
    });
    assert.equal(code, 0, output);
    assert.match(output, /\[advisory\].* no-cluster-admin/);
    assert.doesNotMatch(output, /one-provider/);
  });

  it("loads of the SDK only what it needs: the engine waits for it in each preview and update", async () => {
    const script = `await import(${JSON.stringify(join(dirname(POLICY_PACK), "lightSdk.js"))});
      const { createRequire } = await import("node:module");
      const require = createRequire(${JSON.stringify(POLICY_PACK)});
      require("@pulumi/policy");
      const loaded = Object.keys(require.cache);
      const heavy = loaded.filter((path) => /arborist|typescript|automation/.test(path));
      const { Config } = require("@pulumi/pulumi");
      const { Output, runtime } = await import("@pulumi/pulumi");
      console.log(JSON.stringify({ heavy, rest: [Config, Output, runtime.setMocks].map((it) => typeof it) }));`;
    const { stdout } = await execute(process.execPath, ["--input-type=module", "-e", script]);
    assert.deepEqual(JSON.parse(stdout), { heavy: [], rest: ["function", "function", "function"] });
  });

  it("starts as a folder too, by the loader that official engines start packs with", async () => {
    const loader = createRequire(import.meta.url).resolve("@pulumi/pulumi/cmd/run-policy-pack");
    const child = spawn(process.execPath, [loader, "127.0.0.1:1", "."], { cwd: dirname(POLICY_PACK) });
    try {
      const [port] = await Promise.race([
        child.stdout.take(1).toArray(),
        new Promise<never>((_, reject) =>
          child.once("exit", (code) => reject(new Error(`the loader ended with ${code}`))),
        ),
      ]);
      assert.match(String(port), /^\d+\n$/);
    } finally {
      child.kill();
    }
  });
});
