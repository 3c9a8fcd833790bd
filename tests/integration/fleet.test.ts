import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { parseAllDocuments } from "yaml";
import { VERSION_SETS, versionSet } from "../../components/versions/index.ts";
import { openRecordStore } from "../../fleet/records/store.ts";
import type { RolloutRecord } from "../../fleet/rollout/record.ts";
import { auditorsChecklist } from "../../policies/rules/auditorsChecklist.ts";
import { Checkout } from "../support/checkout.ts";
import { lockStack } from "../support/sites/lock.ts";
import { createStrictly, installOperatorDefinitions } from "../support/sites/operator.ts";
import { refuseRelease } from "../support/sites/refusal.ts";
import { runFleet } from "../support/sites/runFleet.ts";
import { startSites, type TestSite, type TestSites } from "../support/sites/sites.ts";
import type { KubernetesObject } from "../unit/akash/declared.ts";

const [NEW_SET = "", OLD_SET = ""] = VERSION_SETS;
const [NEW, OLD] = [versionSet(NEW_SET).provider, versionSet(OLD_SET).provider];
const BECAUSE = "our monitoring comes in by 9100";
const PROVIDER = "/apis/apps/v1/namespaces/akash-services/statefulsets/akash-provider";

interface StatefulSet {
  readonly metadata: { readonly generation: number };
  readonly spec: {
    readonly replicas: number;
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

  /** @param moved sites of a group that is on the new set already */
  const declare = (versions: string, moved: readonly string[] = []) =>
    writeFile(
      join(checkout.folder, "fleet", "fleet.yaml"),
      fleet.declaration(
        { versions, policies: { "contract-ports": { enforcement: "advisory", because: BECAUSE } } },
        // The API server that is down counts as out all the time.
        { waves: [1, "25%", "rest"], maxUnavailable: 3 },
        { moved: { members: moved, fields: { versions: NEW_SET } } },
      ),
    );
  const run = (...args: string[]) => runFleet(checkout, fleet.env, args);
  const site = (number: number): TestSite => {
    const found = fleet.sites[number - 1];
    assert.ok(found);
    return found;
  };
  const provider = async (number: number) => (await site(number).cluster()).get<StatefulSet>(PROVIDER);
  const image = async (number: number) => {
    const found = await provider(number);
    return found?.spec.template.spec.containers[0]?.image.split(":").at(-1);
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

  /** What a site's policies say without stopping anything: its exception, and what its record lacks. */
  const opinionsOf = (name: string) => [
    `Policy contract-ports is advisory here: ${BECAUSE}`,
    `- auditors-checklist (medium), ${name}-registration: It has no attribute \`organization\`. ${auditorsChecklist.reason} ${auditorsChecklist.remedy}`,
  ];

  it("is brought up wave by wave, and says of each site what its policies have to say", async () => {
    await declare(OLD_SET);
    const { code, record, events, said } = await run("up", "--yes");
    assert.equal(code, 0, said);
    assert.deepEqual(
      record?.waves.map(({ sites }) => sites),
      [["site-1"], ["site-2", "site-3"], ["site-4", "site-5", "site-6", "site-7", "site-8"]],
    );
    assert.equal(record?.state, "finished");
    assert.ok(record.gates.every(({ passed }) => passed));
    assert.deepEqual(await updates(), [1, 1, 1, 1, 1, 1, 1, 1]);
    assert.equal(await image(5), OLD);
    const notes = events.flatMap((event) => (event.event === "note" ? [event.text] : []));
    for (const { name } of fleet.sites) {
      for (const opinion of opinionsOf(name)) assert.ok(notes.includes(`${name}: ${opinion}`), said);
    }
  });

  it("shows beforehand what a group's move to another set means, for exactly its sites", async () => {
    await declare(OLD_SET, ["site-1", "site-2"]);
    const { code, compared, said } = await run("preview", "--only", "site-1", "site-2", "site-3");
    assert.equal(code, 0, said);
    for (const [name, { pending, remarks = [] }] of Object.entries(compared)) {
      const [exception, advisory, ...moves] = remarks;
      assert.deepEqual([exception, advisory], opinionsOf(name));
      if (name === "site-3") assert.deepEqual([moves, pending], [[], []]);
      else {
        assert.equal(moves.length, 1, said);
        assert.match(
          moves[0] ?? "",
          new RegExp(`^Akash provider and operators ${OLD} → ${NEW}: .*Leases live on`),
        );
        assert.ok(pending.some(({ resource }) => resource.startsWith(`${name}-provider`)));
      }
    }
    assert.deepEqual(Object.keys(compared), ["site-1", "site-2", "site-3"]);
  });

  it("stops a release at the third site, which refuses it; all after it stay on the old one", async () => {
    await site(8).stop();
    const allow = await refuseRelease(await site(3).cluster(), NEW);
    await declare(NEW_SET);
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

  it("stops at a site whose policies refuse it, in their words, and makes nothing there", async () => {
    const program = "components/akash/workloads/provider.ts";
    const [text, running] = [await checkout.read(program), await provider(2)];
    await writeFile(join(checkout.folder, program), text.replace("replicas: 1,", "replicas: 2,"));
    try {
      const { code, record, said } = await run("up", "--yes", "--only", "site-2", "site-4");
      assert.equal(code, 1, said);
      assert.deepEqual(
        [record?.state, record?.sites["site-2"]?.result, record?.sites["site-4"]?.result],
        ["halted", "failed", "untouched"],
      );
      assert.match(
        record?.sites["site-2"]?.because ?? "",
        /^A policy refuses this site:\n- one-provider \(critical\), site-2-provider\S*: It runs 2 replicas/,
      );
    } finally {
      await writeFile(join(checkout.folder, program), text);
    }
    const { metadata, spec } = (await provider(2)) ?? {};
    assert.deepEqual([metadata?.generation, spec?.replicas], [running?.metadata.generation, 1]);
  });

  it("refuses a site under another name, which would be made a second time and then deleted", async () => {
    const before = await updates();
    const renamed = { members: ["site-4"], fields: { name: "workshop" } };
    const declaration = fleet.declaration({ versions: NEW_SET }, {}, { renamed });
    await writeFile(join(checkout.folder, "fleet", "fleet.yaml"), declaration);
    const { code, record, said } = await run("up", "--yes", "--only", "site-4");
    assert.equal(code, 1, said);
    assert.match(
      record?.sites["site-4"]?.because ?? "",
      /names its site workshop, which was brought up as site-4/,
    );
    assert.deepEqual(await updates(), before);
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
