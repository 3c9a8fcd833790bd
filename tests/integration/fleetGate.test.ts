import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, it } from "mocha";
import { checks } from "../../doctor/index.ts";
import { openRecordStore } from "../../fleet/records/store.ts";
import { Checkout } from "../support/checkout.ts";
import { leaseOf } from "../support/doctor/world.ts";
import { type ScriptedChain, startScriptedChain } from "../support/scriptedChain/index.ts";
import { addCoins } from "../support/scriptedChain/state.ts";
import { type FleetRun, runFleet } from "../support/sites/runFleet.ts";
import { startSites, type TestSites } from "../support/sites/sites.ts";

const TENANT = "akash1tenant";
const SERVICES = "/api/v1/namespaces/akash-services";
const POD = `${SERVICES}/pods/akash-provider-0`;
const PROVIDER = "/apis/apps/v1/namespaces/akash-services/statefulsets/akash-provider";
const MERGE = "application/merge-patch+json";
const POLL_MS = 200;

interface StatefulSet {
  readonly status?: { readonly readyReplicas?: number };
}

/** Two sites whose canary goes wrong in each way that a gate looks for, and is taken down at last. */
describe("the gate behind a fleet's canary", function () {
  this.timeout(900_000);
  let checkout: Checkout;
  let chain: ScriptedChain;
  let fleet: TestSites;

  before(async () => {
    chain = await startScriptedChain();
    const fund = (addresses: readonly string[]) =>
      chain.edit((state) => {
        for (const address of addresses) addCoins(state, address, "uakt", 100_000_000n);
      });
    [checkout, fleet] = await Promise.all([
      Checkout.create(),
      startSites(2, { chain: { network: chain.network, fund } }),
    ]);
    await mkdir(join(checkout.folder, "fleet"), { recursive: true });
    await mkdir(join(fleet.folder, "state"));
  });

  after(async () => {
    await fleet?.stop();
    await chain?.stop();
    await checkout?.remove();
  });

  const backend = () => `file://${join(fleet.folder, "state")}`;
  const run = (args: readonly string[], onEvent?: Parameters<typeof runFleet>[3]): Promise<FleetRun> =>
    runFleet(
      checkout,
      { PULUMI_BACKEND_URL: backend(), PULUMI_CONFIG_PASSPHRASE: "test" },
      [...args, "--yes"],
      onEvent,
    );
  const canary = () => {
    const [first] = fleet.sites;
    assert.ok(first);
    return first;
  };
  /** No pod really runs on simulated nodes, so doctor is heard on one thing at most. */
  const declare = (heard?: string) => {
    const ignore = checks.map(({ id }) => id).filter((id) => id !== heard);
    return writeFile(
      join(checkout.folder, "fleet", "fleet.yaml"),
      fleet.declaration({}, { waves: [1, "rest"], maxUnavailable: 2, gate: { ignore } }),
    );
  };
  const begun = ({ events }: FleetRun) =>
    events.flatMap((event) => (event.event === "site-started" ? [event.site] : []));
  const untilReady = async (ready: boolean) => {
    const cluster = await canary().cluster();
    const isReady = async () => ((await cluster.get<StatefulSet>(PROVIDER))?.status?.readyReplicas ?? 0) > 0;
    while ((await isReady()) !== ready) await sleep(POLL_MS);
  };
  const letNodesTakePods = async (schedulable: boolean) => {
    const cluster = await canary().cluster();
    const nodes = await cluster.get<{ items: { metadata: { name: string } }[] }>("/api/v1/nodes");
    for (const { metadata } of nodes?.items ?? []) {
      const spec = { unschedulable: !schedulable };
      await cluster.request("PATCH", `/api/v1/nodes/${metadata.name}`, { spec }, MERGE);
    }
  };

  it("is shut by a lease that ends during the change, and the next site stays as it is", async () => {
    await declare();
    chain.edit(({ market }) => void market.leases.push(leaseOf(canary().address, TENANT, "7", 1)));
    const { code, record, said } = await run(["up"], (event) => {
      if (event.event === "site-phase" && event.phase === "updating") {
        chain.edit(({ market }) => {
          market.leases = [];
        });
      }
    });
    assert.equal(code, 1, said);
    assert.deepEqual(
      [record?.state, record?.sites["site-1"]?.result, record?.sites["site-2"]?.result],
      ["halted", "updated", "untouched"],
      said,
    );
    assert.deepEqual(
      record?.gates.map(({ wave, passed, sites, findings }) => [wave, passed, sites, findings.length]),
      [[1, false, ["site-1"], 1]],
    );
    assert.match(
      record?.because ?? "",
      new RegExp(`^site-1: leases: 1 of 1 ended during the change \\(${TENANT}/7/1/1\\)`),
    );
    assert.deepEqual(await openRecordStore(backend()).recent(1), [record]);
  });

  it("is not got past by resuming while the canary's provider is not ready", async () => {
    const cluster = await canary().cluster();
    await letNodesTakePods(false);
    await cluster.request("DELETE", POD);
    await untilReady(false);
    const again = await run(["up", "--resume"]);
    assert.deepEqual([again.code, again.record?.state, begun(again)], [1, "halted", []], again.said);
    assert.match(again.record?.because ?? "", /^site-1: provider: 0 of 1 replicas are ready/);
    await letNodesTakePods(true);
    await untilReady(true);
  });

  it("is not got past while doctor finds something, and goes on when that is repaired", async () => {
    await declare("certificate");
    const certificatesAre = (wanted: "valid" | "revoked") =>
      chain.edit(({ certificates }) => {
        for (const certificate of certificates.values()) certificate.state = wanted;
      });
    certificatesAre("revoked");
    const again = await run(["up", "--resume"]);
    assert.deepEqual([again.code, again.record?.state, begun(again)], [1, "halted", []], again.said);
    assert.match(again.record?.because ?? "", /^site-1: doctor certificate: none is valid\./);
    certificatesAre("valid");
    const last = await run(["up", "--resume"]);
    assert.deepEqual([last.code, last.record?.state, begun(last)], [0, "finished", ["site-2"]], last.said);
    assert.deepEqual(
      last.record?.gates.map(({ wave, passed, sites }) => [wave, passed, sites]),
      [
        [0, true, ["site-1"]],
        [1, true, ["site-2"]],
      ],
    );
  });

  it("is no way to take a site down on which leases run, unless they may end", async () => {
    const cluster = await canary().cluster();
    await cluster.request("POST", "/api/v1/namespaces", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name: "lease-7",
        labels: {
          "akash.network": "true",
          "akash.network/lease.id.owner": TENANT,
          "akash.network/lease.id.dseq": "7",
        },
      },
    });
    const refused = await run(["destroy"]);
    assert.deepEqual(
      [refused.code, ...Object.values(refused.record?.sites ?? {}).map(({ result }) => result)],
      [1, "failed", "untouched"],
      refused.said,
    );
    assert.match(
      refused.record?.because ?? "",
      /^site-1: .* is not deleted: a lease runs here \(akash1tenant\/7\)/,
    );
    assert.ok(await cluster.get(SERVICES));
    assert.ok(await cluster.get(PROVIDER));
    const agreed = await run(["destroy", "--resume", "--with-leases"]);
    assert.deepEqual([agreed.code, agreed.record?.state], [0, "finished"], agreed.said);
    assert.equal(await cluster.get(SERVICES), undefined);
  });
});
