import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { type Cluster, openCluster } from "../../components/cluster/index.ts";
import { DEFAULT_VERSION_SET, VERSION_SETS, versionSet } from "../../components/versions/index.ts";
import type { EmbeddedServices } from "../../embedded/index.ts";
import { Checkout } from "../support/checkout.ts";
import { transactionsOf } from "../support/transactions.ts";

interface Workload {
  readonly metadata: { readonly uid: string; readonly resourceVersion: string };
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly { image: string }[] } };
  };
}

const APPS = "/apis/apps/v1/namespaces/akash-services";
const LEASE = "a-lease-of-somebody";
const older = VERSION_SETS.find((name) => name !== DEFAULT_VERSION_SET) ?? "";

/** A site that is moved to another set of versions and back, while a lease runs on it. */
describe("moving a site between version sets", function () {
  this.timeout(900_000);
  let checkout: Checkout;
  let services: EmbeddedServices;
  let cluster: Cluster;
  let declared: string;

  before(async () => {
    checkout = await Checkout.create();
    declared = await checkout.read("Pulumi.dev.yaml");
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
      result: JSON.parse(run.stdout) as { changes: Record<string, number>; policies: unknown[] },
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

  it("starts with the default set, and its policies have nothing to say against it", async () => {
    assert.deepEqual(await images(), imagesOf(DEFAULT_VERSION_SET));
    const again = await up();
    assert.deepEqual(Object.keys(again.result.changes), ["same"]);
    assert.deepEqual(again.result.policies, []);
  });

  it("says beforehand what changes and what becomes of leases", async () => {
    await declare(declared.replace("  akash:site:\n", `  akash:site:\n    versions: ${older}\n`));
    const preview = await checkout.run("preview");
    assert.equal(preview.code, 0, preview.stderr);
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
