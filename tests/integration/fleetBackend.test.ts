import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { DEFAULT_VERSION_SET } from "../../components/versions/index.ts";
import { checks } from "../../doctor/index.ts";
import { openBucket } from "../../fleet/records/bucket.ts";
import { openRecordStore } from "../../fleet/records/store.ts";
import type { FleetReport } from "../../fleet/report/model.ts";
import type { FleetTotal } from "../../fleet/report/total.ts";
import { Checkout } from "../support/checkout.ts";
import { bidOf } from "../support/doctor/world.ts";
import { type ObjectStore, startObjectStore } from "../support/objectStore.ts";
import { type ScriptedChain, startScriptedChain } from "../support/scriptedChain/index.ts";
import { addCoins } from "../support/scriptedChain/state.ts";
import { runFleet } from "../support/sites/runFleet.ts";
import { startSites, type TestSites } from "../support/sites/sites.ts";

const TENANT = "akash1tenant";
/** What is announced, and that nobody knows what it needs. */
const UPGRADE = /^The chain \S+ upgrades to v2\.2\.0 at block \d+.* Which provider it needs is not known/;

/** A fleet whose state is in a bucket of a real S3-compatible server, as several operators would share it. */
describe("a fleet with its state in a bucket", function () {
  this.timeout(900_000);
  let checkout: Checkout;
  let chain: ScriptedChain;
  let sites: TestSites;
  let store: ObjectStore;

  before(async () => {
    chain = await startScriptedChain();
    const fund = (addresses: readonly string[]) =>
      chain.edit((state) => {
        for (const address of addresses) addCoins(state, address, "uakt", 100_000_000n);
      });
    [checkout, sites, store] = await Promise.all([
      Checkout.create(),
      startSites(1, { chain: { network: chain.network, fund } }),
      startObjectStore(),
    ]);
    await mkdir(join(checkout.folder, "fleet"), { recursive: true });
    // No pod really runs on simulated nodes, so doctor would miss them: this is about the backend.
    const gate = { ignore: checks.map(({ id }) => id) };
    await writeFile(join(checkout.folder, "fleet", "fleet.yaml"), sites.declaration({}, { gate }));
  });

  after(async () => {
    await store?.stop();
    await sites?.stop();
    await chain?.stop();
    await checkout?.remove();
  });

  const env = () => ({ ...store.env, PULUMI_BACKEND_URL: store.backend, PULUMI_CONFIG_PASSPHRASE: "test" });

  it("is rolled out, and its record lies beside the state", async () => {
    const { code, record, said } = await runFleet(checkout, env(), ["up", "--yes"]);
    assert.equal(code, 0, said);
    assert.deepEqual([record?.state, record?.sites["site-1"]?.update], ["finished", 1]);
    assert.deepEqual(await openRecordStore(store.backend, store.env).recent(5), [record]);
    const keys = await openBucket(store.backend, store.env)?.list(".pulumi/stacks/pulumi-akash/");
    assert.ok(
      keys?.some((key) => key.endsWith("/site-1.json") || key.endsWith("/site-1.json.gz")),
      String(keys),
    );
  });

  it("says whoever asks from elsewhere how the site is: what the chain says, and what the last rollout did", async () => {
    chain.edit((state) => {
      state.upgrade = { name: "v2.2.0", height: chain.height + 5000 };
      const { address = "" } = sites.sites[0] ?? {};
      state.market.bids.push(bidOf(address, TENANT, "7"), { ...bidOf(address, TENANT, "8"), state: "lost" });
    });
    const status = await checkout.runWith(env(), "fleet", "status", "--json");
    assert.equal(status.code, 0, status.stderr);
    const { sites: found, total } = JSON.parse(status.stdout) as FleetReport & { total: FleetTotal };
    const [site] = found;
    assert.deepEqual(
      [site?.lastRollout?.result, site?.versions.chain, site?.versions.set, site?.certificate?.state],
      ["updated", "v2", DEFAULT_VERSION_SET, "valid"],
    );
    assert.deepEqual(site?.deposits, { openBids: 1, locked: { uakt: "500000" } });
    assert.deepEqual(site?.orders?.bids, { open: 1, won: 0, lost: 1 });
    assert.deepEqual([site?.leases, site?.unknown], [0, undefined]);
    assert.match(site?.next ?? "", /^Nothing to do\./);
    assert.match(site?.upgrade ?? "", UPGRADE);
    assert.deepEqual([total.sites, total.bids], [1, { open: 1, won: 0, lost: 1 }]);
  });

  it("warns of the upgrade beforehand, where moves are planned", async () => {
    const fleet = await runFleet(checkout, env(), ["preview"]);
    assert.equal(fleet.code, 0, fleet.said);
    const { remarks = [] } = fleet.compared["site-1"] ?? {};
    assert.equal(remarks.filter((remark) => UPGRADE.test(remark)).length, 1, fleet.said);
    const site = await checkout.runWith(env(), "preview", "-s", "site-1");
    assert.equal(site.code, 0, site.stderr);
    assert.equal(site.stderr.split("\n").filter((line) => UPGRADE.test(line)).length, 1, site.stderr);
  });

  it("finds no drift, and takes the site down", async () => {
    const drift = await runFleet(checkout, env(), ["drift"]);
    assert.equal(drift.code, 0, drift.said);
    const destroy = await runFleet(checkout, env(), ["destroy", "--yes"]);
    assert.equal(destroy.code, 0, destroy.said);
    const cluster = await sites.sites[0]?.cluster();
    assert.equal(await cluster?.get("/api/v1/namespaces/akash-services"), undefined);
  });

  it("names the bucket and the answer where it may not write", async () => {
    const bucket = openBucket(store.backend.replace("state", "nobodys"), store.env);
    await assert.rejects(async () => bucket?.put("x", "y"), /nobodys answered 404 NoSuchBucket to PUT/);
  });
});
