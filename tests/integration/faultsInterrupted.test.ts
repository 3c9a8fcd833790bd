import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { openChain } from "../../components/chain/index.ts";
import { submit } from "../../components/chain/submit.ts";
import type { NetworkConfig } from "../../components/chain/types.ts";
import { type Cluster, openCluster } from "../../components/cluster/index.ts";
import { type EmbeddedServices, ensureEmbedded } from "../../embedded/index.ts";
import { ensureToolchain } from "../../toolchain/index.ts";
import { Checkout } from "../support/checkout.ts";
import { transactionsOf } from "../support/transactions.ts";
import { assertRefused, MarkedRun, runAndKill } from "./faultsSupport.ts";

/** A site whose runs are cut off, each in another place. The tests build on each other, as the runs of a bad day. */
describe("a site that is interrupted", function () {
  this.timeout(600_000);
  let checkout: Checkout;
  let services: EmbeddedServices;
  let network: NetworkConfig;
  let cluster: Cluster;

  before(async () => {
    const toolchain = await ensureToolchain({ tools: ["engine", "embedded"] });
    checkout = await Checkout.create();
    services = await ensureEmbedded({ folder: join(checkout.folder, ".embedded"), toolchain });
    network = services.chain;
    cluster = await openCluster({ kubeconfigPath: services.cluster.kubeconfig });
  });
  after(() => checkout?.remove());

  const owner = () => services.wallet.address;
  /** Messages of each transaction; the order in one is chance. */
  const sent = async () =>
    (await transactionsOf(network, owner())).map(({ messages }) =>
      messages.map((type) => type.split(".").at(-1)).sort(),
    );
  const up = async () => {
    const run = await checkout.run("up", "--json");
    assert.equal(run.code, 0, run.stderr);
    return run;
  };
  const assertSound = async () => {
    const certificates = await (await openChain(network)).certificates(owner());
    assert.equal(certificates.filter(({ state }) => state === "valid").length, 1);
    const drift = await checkout.run("drift", "--json");
    assert.equal(drift.code, 0, drift.stdout + drift.stderr);
  };
  const registered = ["MsgCreateCertificate", "MsgCreateProvider"];

  it("registers once when it is killed before signing, killed again after broadcast, and run again", async () => {
    assert.notEqual((await runAndKill(checkout, "before-signing", "up", "--json")).code, 0);
    assert.deepEqual(await sent(), []);
    const second = await runAndKill(checkout, "after-broadcast", "up", "--json");
    assert.notEqual(second.code, 0);
    assert.match(second.stderr, /An earlier run on dev was killed\. Its lock is taken away/);
    await up();
    assert.deepEqual(await sent(), [registered]);
    await assertSound();
  });

  it("publishes one certificate when it is killed before the switch and before the state is written", async () => {
    const valid = (await (await openChain(network)).certificates(owner()))[0];
    await submit(network, { mnemonicFile: services.wallet.mnemonicFile }, async () => [
      { type: "revokeCertificate", owner: owner(), serial: valid?.serial ?? "" },
    ]);
    const before = await sent();
    assert.notEqual((await runAndKill(checkout, "between-publish-and-switch", "up", "--json")).code, 0);
    assert.notEqual((await runAndKill(checkout, "before-state", "up", "--json")).code, 0);
    await up();
    assert.deepEqual((await sent()).slice(before.length), [["MsgCreateCertificate"]]);
    await assertSound();
  });

  it("refuses a second run while one is at work, and says whose turn it is", async () => {
    const before = await sent();
    const first = new MarkedRun(checkout, ["up", "--json"]);
    await first.until("a lock", () => lockOf(checkout));
    const second = await checkout.run("up", "--json");
    assertRefused(
      second,
      /Another run, process \d+, is at work on stack dev\. Wait for it to end, or stop it/,
    );
    assert.equal((await first.ended).code, 0);
    assert.deepEqual(await sent(), before);
  });

  it("says that the API server went away in mid-run, and the next run brings it back and goes on", async () => {
    const before = await sent();
    await cluster.request("DELETE", "/apis/apps/v1/namespaces/akash-services/deployments/operator-inventory");
    const run = new MarkedRun(checkout, ["up", "--json"]);
    await run.until("a lock", () => lockOf(checkout));
    const { pid } = JSON.parse(await checkout.read(".embedded/cluster/pids/kube-apiserver.json"));
    process.kill(pid, "SIGKILL");
    assertRefused(await run.ended, /API server https:\S+ can't be reached: .*\n?Then run `up` again/);
    await up();
    assert.ok(await cluster.get("/apis/apps/v1/namespaces/akash-services/deployments/operator-inventory"));
    assert.deepEqual(await sent(), before);
  });

  it("names a CRD that was deleted by hand, and makes it again", async () => {
    const crd = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/manifests.akash.network";
    await cluster.request("DELETE", crd);
    const drift = await checkout.run("drift", "--json");
    assert.equal(drift.code, 2, drift.stderr);
    const named = (JSON.parse(drift.stdout) as { drift: { resource: string; kind: string }[] }).drift;
    assert.deepEqual(
      named.map(({ resource, kind }) => [resource, kind]),
      [["dev-crds-manifests", "missing"]],
    );
    await up();
    assert.ok(await cluster.get(crd));
    await assertSound();
  });
});

/** Whether the engine holds the stack; its own files tell. */
async function lockOf(checkout: Checkout): Promise<string | undefined> {
  const folder = join(checkout.folder, ".embedded/state/.pulumi/locks/organization/pulumi-akash/dev");
  return (await readdir(folder).catch(() => []))[0];
}
