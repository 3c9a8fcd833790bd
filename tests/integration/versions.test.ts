import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { type Cluster, openCluster } from "../../components/cluster/index.ts";
import { DEFAULT_VERSION_SET, VERSION_SETS, versionSet } from "../../components/versions/index.ts";
import type { DoctorReport } from "../../doctor/index.ts";
import type { EmbeddedServices } from "../../embedded/index.ts";
import type { Violation } from "../../policies/index.ts";
import { Checkout } from "../support/checkout.ts";
import { transactionsOf } from "../support/transactions.ts";
import { eventually } from "./akashFixtures.ts";

interface Workload {
  readonly metadata: { readonly uid: string; readonly resourceVersion: string; readonly generation: number };
  readonly spec: {
    readonly replicas?: number;
    readonly template: { readonly spec: { readonly containers: readonly { image: string }[] } };
  };
}

const APPS = "/apis/apps/v1/namespaces/akash-services";
const LEASE = "a-lease-of-somebody";
const older = VERSION_SETS.find((name) => name !== DEFAULT_VERSION_SET) ?? "";

const EXCEPTIONS = {
  "contract-ports": { enforcement: "advisory", because: "our monitoring comes in by 9100" },
};
const EXCEPTION = "Policy contract-ports is advisory here: our monitoring comes in by 9100\n";

/**
 * A site that is moved to another set of versions and back, while a lease runs on it. Its record lacks what auditors
 * look for, so that each run has something to say.
 */
describe("moving a site between version sets", function () {
  this.timeout(900_000);
  let checkout: Checkout;
  let services: EmbeddedServices;
  let cluster: Cluster;
  let declared: string;

  before(async () => {
    checkout = await Checkout.create();
    const complete = await checkout.read("Pulumi.dev.yaml");
    declared = complete
      .replace(" organization: dev,", "")
      .replace("  akash:site:\n", `  akash:site:\n    policies: ${JSON.stringify(EXCEPTIONS)}\n`);
    assert.equal(declared.split("\n").length, complete.split("\n").length + 1);
    assert.doesNotMatch(declared, /organization/);
    await declare(declared);
    await up();
    services = JSON.parse(await checkout.read(".embedded/services.json"));
    cluster = await openCluster({ kubeconfigPath: services.cluster.kubeconfig });
    await startLease();
  });
  after(() => checkout?.remove());

  async function up() {
    const run = await checkout.run("up", "--json");
    assert.equal(run.code, 0, run.stderr);
    return {
      ...run,
      result: JSON.parse(run.stdout) as { changes: Record<string, number>; policies: Violation[] },
    };
  }
  const declare = (text: string) => writeFile(join(checkout.folder, "Pulumi.dev.yaml"), text);
  const images = async () =>
    Promise.all(
      ["statefulsets/akash-provider", "deployments/operator-hostname", "deployments/operator-inventory"].map(
        async (path) =>
          (await cluster.get<Workload>(`${APPS}/${path}`))?.spec.template.spec.containers[0]?.image,
      ),
    );
  const imagesOf = (set: string) =>
    Array(3).fill(`ghcr.io/akash-network/provider:${versionSet(set).provider}`);
  /** What the doctor says of the provider's version, which stops a fleet's rollout where it is sick. */
  const doctor = async () => {
    const run = await checkout.run("doctor", "--json", "--only", "provider-image,provider-version");
    const { checks } = JSON.parse(run.stdout) as DoctorReport;
    return checks.map(({ id, result, because }) =>
      because === undefined ? [id, result] : [id, result, because],
    );
  };
  const well = [
    ["provider-image", "ok"],
    ["provider-version", "ok"],
  ];
  const lease = async () =>
    (await cluster.get<Workload>(`/apis/apps/v1/namespaces/${LEASE}/deployments/web`))?.metadata;
  const transactions = () => transactionsOf(services.chain, services.wallet.address);

  /** What the provider makes of a lease: a namespace with its labels, and a workload. */
  async function startLease(): Promise<void> {
    const labels = {
      "akash.network": "true",
      "akash.network/namespace": LEASE,
      "akash.network/lease.id.owner": "akash1tenant",
      "akash.network/lease.id.dseq": "7",
    };
    await cluster.request("POST", "/api/v1/namespaces", { metadata: { name: LEASE, labels } });
    const template = {
      metadata: { labels: { app: "web" } },
      spec: { containers: [{ name: "web", image: "docker.io/library/nginx:1.29.3" }] },
    };
    await cluster.request("POST", `/apis/apps/v1/namespaces/${LEASE}/deployments`, {
      metadata: { name: "web" },
      spec: { selector: { matchLabels: template.metadata.labels }, template },
    });
  }

  it("starts with the default set, and of its policies only one has something to say, which is advisory", async () => {
    assert.deepEqual(await images(), imagesOf(DEFAULT_VERSION_SET));
    const again = await up();
    assert.deepEqual(Object.keys(again.result.changes), ["same"]);
    assert.deepEqual(
      again.result.policies.map(({ policy, enforcement, resource }) => [policy, enforcement, resource]),
      [["auditors-checklist", "advisory", "dev-registration"]],
    );
    assert.ok(again.stderr.includes(EXCEPTION), again.stderr);
    const [{ message } = { message: "" }] = again.result.policies;
    assert.match(message, /^It has no attribute `organization`\. /);
    assert.ok(
      again.stderr.includes(
        `Policies, advisory:\n- auditors-checklist (medium), dev-registration: ${message}`,
      ),
    );
  });

  it("is refused by a policy that is mandatory, in its sentence, and nothing is made", async () => {
    const program = "components/akash/workloads/provider.ts";
    const [text, provider] = [await checkout.read(program), `${APPS}/statefulsets/akash-provider`];
    const running = await cluster.get<Workload>(provider);
    await writeFile(join(checkout.folder, program), text.replace("replicas: 1,", "replicas: 2,"));
    try {
      const refused = await checkout.run("up", "--json");
      assert.equal(refused.code, 1, refused.stderr);
      assert.match(
        refused.stderr,
        /error: A policy refuses this site:\n- one-provider \(critical\), dev-provider\S*: It runs 2 replicas of the provider\. .*Declare one StatefulSet/,
      );
      assert.equal(refused.stdout, "");
    } finally {
      await writeFile(join(checkout.folder, program), text);
    }
    const { metadata, spec } = (await cluster.get<Workload>(provider)) ?? {};
    assert.deepEqual([metadata?.generation, spec?.replicas], [running?.metadata.generation, 1]);
  });

  it("says beforehand what changes and what becomes of leases", async () => {
    await declare(declared.replace("  akash:site:\n", `  akash:site:\n    versions: ${older}\n`));
    const preview = await checkout.run("preview");
    assert.equal(preview.code, 0, preview.stderr);
    assert.ok(preview.stderr.includes(EXCEPTION), preview.stderr);
    assert.match(preview.stderr, /Policies, advisory:\n- auditors-checklist \(medium\), dev-registration: /);
    const move = `${versionSet(DEFAULT_VERSION_SET).provider} → ${versionSet(older).provider}`;
    assert.match(
      preview.stderr,
      new RegExp(`Versions that change \\(set ${older}\\):\n.*${move}: .*Leases live on`),
    );
    assert.deepEqual(await images(), imagesOf(DEFAULT_VERSION_SET));
  });

  it("goes back to the older set and forward again: images follow, lease and record stay as they are", async () => {
    const [running, sent] = [await lease(), await transactions()];
    assert.ok(sent.length > 0);
    const back = await up();
    assert.match(back.stderr, /Leases live on/);
    assert.deepEqual(await images(), imagesOf(older));
    await eventually(async () => assert.deepEqual(await doctor(), well));

    await declare(declared);
    await up();
    assert.deepEqual(await images(), imagesOf(DEFAULT_VERSION_SET));
    assert.equal((await lease())?.uid, running?.uid);
    assert.deepEqual(await transactions(), sent);
    assert.equal((await checkout.run("drift")).code, 0);
  });

  it("is not taken down while the lease runs, and nothing is begun", async () => {
    const { chainId, rpc, gasPrice } = services.chain;
    const real = declared
      .replace("network: devnet", `network: ${JSON.stringify({ chainId, rpc, gasPrice })}`)
      .replace("address: 127.0.0.1", "address: 203.0.113.10");
    await writeFile(join(checkout.folder, "Pulumi.real.yaml"), real);
    const down = await checkout.run("down", "-s", "real", "--yes");
    assert.equal(down.code, 1);
    assert.match(down.stderr, /Site dev is not deleted: a lease runs here \(akash1tenant\/7\)/);
    assert.ok(await lease());
    assert.deepEqual(await images(), imagesOf(DEFAULT_VERSION_SET));
  });
});
