import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { parseAllDocuments } from "yaml";
import { openRecordStore } from "../../fleet/records/store.ts";
import type { RolloutRecord } from "../../fleet/rollout/record.ts";
import { Checkout } from "../support/checkout.ts";
import { lockStack } from "../support/sites/lock.ts";
import { createStrictly, installOperatorDefinitions } from "../support/sites/operator.ts";
import { refuseRelease } from "../support/sites/refusal.ts";
import { runFleet } from "../support/sites/runFleet.ts";
import { startSites, type TestSite, type TestSites } from "../support/sites/sites.ts";
import type { KubernetesObject } from "../unit/akash/declared.ts";

const OLD = "0.16.1";
const NEW = "0.16.2";
const PROVIDER = "/apis/apps/v1/namespaces/akash-services/statefulsets/akash-provider";

interface StatefulSet {
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
  };
}

/**
 * Eight sites, each an API server with controllers of its own, on one etcd and one chain. They are brought up, then a
 * release walks through them while the third refuses it and the eighth's API server is down.
 */
describe("a fleet of eight sites", function () {
  this.timeout(1_500_000);
  let checkout: Checkout;
  let fleet: TestSites;

  before(async () => {
    [checkout, fleet] = await Promise.all([Checkout.create(), startSites(8)]);
  });

  after(async () => {
    await fleet?.stop();
    await checkout?.remove();
  });

  const declare = (version: string) =>
    writeFile(
      join(checkout.folder, "fleet", "fleet.yaml"),
      fleet.declaration(
        { provider: { version } },
        // The API server that is down counts as out all the time.
        { waves: [1, "25%", "rest"], maxUnavailable: 3 },
      ),
    );
  const run = (...args: string[]) => runFleet(checkout, fleet.env, args);
  const site = (number: number): TestSite => {
    const found = fleet.sites[number - 1];
    assert.ok(found);
    return found;
  };
  const image = async (number: number) => {
    const provider = await (await site(number).cluster()).get<StatefulSet>(PROVIDER);
    return provider?.spec.template.spec.containers[0]?.image.split(":").at(-1);
  };
  /** How often each stack was updated, as the backend counts. */
  const updates = async (): Promise<number[]> => {
    const folder = join(fleet.folder, "state", ".pulumi", "history", "pulumi-akash");
    return Promise.all(
      fleet.sites.map(async ({ name }) => {
        const files = await readdir(join(folder, name)).catch(() => []);
        return files.filter((file) => file.endsWith(".history.json")).length;
      }),
    );
  };
  const resultsOf = (record: RolloutRecord) => fleet.sites.map(({ name }) => record.sites[name]?.result);

  it("is brought up wave by wave", async () => {
    await declare(OLD);
    const { code, record, said } = await run("up", "--yes");
    assert.equal(code, 0, said);
    assert.deepEqual(
      record?.waves.map(({ sites }) => sites),
      [["site-1"], ["site-2", "site-3"], ["site-4", "site-5", "site-6", "site-7", "site-8"]],
    );
    assert.equal(record?.state, "finished");
    assert.ok(record.gates.every(({ passed }) => passed));
    assert.deepEqual(await updates(), [1, 1, 1, 1, 1, 1, 1, 1]);
    assert.equal(await image(5), OLD);
  });

  it("stops a release at the third site, which refuses it; all after it stay on the old one", async () => {
    await site(8).stop();
    const allow = await refuseRelease(await site(3).cluster(), NEW);
    await declare(NEW);
    try {
      const { code, record, said } = await run("up", "--yes");
      assert.equal(code, 1, said);
      assert.equal(record?.state, "halted");
      assert.deepEqual(resultsOf(record), [
        "updated",
        "updated",
        "failed",
        "untouched",
        "untouched",
        "untouched",
        "untouched",
        "untouched",
      ]);
      assert.match(record.sites["site-3"]?.because ?? "", /0\.16\.2 is refused here/);
    } finally {
      await allow();
    }
    const [first = 0, second = 0, , ...untouched] = await updates();
    assert.deepEqual([first, second, untouched], [2, 2, [1, 1, 1, 1, 1]]);
    assert.deepEqual([await image(1), await image(3), await image(4), await image(7)], [NEW, OLD, OLD, OLD]);
  });

  it("goes on after the repair where it stopped, past sites that do not answer or are locked", async () => {
    const before = await updates();
    const unlock = await lockStack(fleet.folder, "site-6");
    const first = await run("up", "--yes", "--resume");
    assert.equal(first.code, 1, first.said);
    const { record } = first;
    assert.deepEqual(
      ["site-3", "site-4", "site-5", "site-6", "site-7", "site-8"].map((name) => record?.sites[name]?.result),
      ["updated", "updated", "updated", "locked", "updated", "unreachable"],
    );
    assert.equal(record?.state, "incomplete");
    assert.match(record.sites["site-8"]?.because ?? "", /can't be reached/);
    await unlock();
    const second = await run("up", "--yes", "--resume");
    assert.equal(second.code, 1, second.said);
    assert.deepEqual(
      Object.entries(second.record?.sites ?? {}).map(([name, { result }]) => [name, result]),
      [
        ["site-6", "updated"],
        ["site-8", "unreachable"],
      ],
    );
    const after = await updates();
    assert.deepEqual(
      after.map((count, index) => count - (before[index] ?? 0)),
      [0, 0, 1, 1, 1, 1, 1, 0],
    );
    assert.deepEqual(await Promise.all([3, 4, 5, 6, 7].map(image)), [NEW, NEW, NEW, NEW, NEW]);
  });

  it("finds and names drift on two sites, and says which site it could not compare", async () => {
    const [second, sixth] = [await site(2).cluster(), await site(6).cluster()];
    await second.request("DELETE", "/apis/apps/v1/namespaces/akash-services/deployments/operator-inventory");
    await sixth.request(
      "PATCH",
      "/api/v1/namespaces/lease?fieldManager=kubectl-label",
      { metadata: { labels: { "akash.network": "false" } } },
      "application/merge-patch+json",
    );
    const folder = await mkdtemp(join(tmpdir(), "pulumi-akash-report-"));
    try {
      const file = join(folder, "fleet.html");
      const { code, compared, said } = await run("drift", "--report", file);
      assert.equal(code, 2, said);
      const named = Object.entries(compared).flatMap(([name, { drift }]) =>
        drift.map(({ resource, field, kind }) => `${name}: ${resource} ${field ?? kind}`),
      );
      assert.deepEqual(named, [
        "site-2: site-2-inventory-deployment missing",
        'site-6: site-6-namespaces-lease metadata.labels["akash.network"]',
      ]);
      assert.deepEqual(
        Object.values(compared).map(({ result }) => result),
        [...Array(7).fill("compared"), "unreachable"],
      );
      const report = await readFile(file, "utf8");
      for (const { name } of fleet.sites) assert.ok(report.includes(`id="${name}"`), name);
      assert.match(report, /site-2-inventory-deployment/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("ends at an interrupt after the site under way, and writes that down", async () => {
    const { code, record, said } = await runFleet(
      checkout,
      fleet.env,
      ["up", "--yes", "--only", "site-2", "site-6"],
      (event, child) => {
        if (event.event === "site-phase" && event.phase === "updating") child.kill("SIGINT");
      },
    );
    assert.equal(code, 1, said);
    assert.deepEqual(
      [record?.state, record?.sites["site-2"]?.result, record?.sites["site-6"]?.result],
      ["interrupted", "updated", "untouched"],
    );
    const [kept] = await openRecordStore(`file://${join(fleet.folder, "state")}`).recent(1);
    assert.deepEqual(kept, record);
  });

  it("is exported as Stack resources that the operator's own schema takes", async () => {
    const exported = await checkout.runWith(
      fleet.env,
      ...["fleet", "export", "operator", "--operator", "1", "--backend", "s3://fleet-state"],
      ...["--repository", "https://example.com/fleet.git"],
    );
    assert.equal(exported.code, 0, exported.stderr);
    const stacks = parseAllDocuments(exported.stdout).map((document) => document.toJS() as KubernetesObject);
    assert.equal(stacks.length, 8);
    const cluster = await site(1).cluster();
    await installOperatorDefinitions(cluster);
    for (const stack of stacks) await createStrictly(cluster, stack);
    await assert.rejects(
      createStrictly(cluster, { ...stacks[0], spec: { stack: "x", notAField: true } } as KubernetesObject),
      /notAField/,
    );
  });

  it("leaves no process of the engine and no file beside what it renders", async () => {
    const files = fleet.sites.map(({ name }) => `?? Pulumi.${name}.yaml`);
    const changed = (await checkout.changes()).trim().split("\n").sort();
    assert.deepEqual(changed, [...files, "?? fleet/fleet.yaml"].sort());
  });
});
