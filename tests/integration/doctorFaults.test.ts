import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "mocha";
import { DEFAULT_VERSION_SET, VERSION_SETS, versionSet } from "../../components/versions/index.ts";
import { checks } from "../../doctor/checks/index.ts";
import { runDoctor } from "../../doctor/doctor.ts";
import type { DoctorReport } from "../../doctor/types.ts";
import { image } from "../support/doctor/clusterChanges.ts";
import { DOMAIN } from "../support/doctor/declaration.ts";
import { faults } from "../support/doctor/faults.ts";
import { signedByAuthority } from "../support/doctor/faultsOfNetwork.ts";
import { signedKey } from "../support/doctor/signedKey.ts";
import { startWorld, type World } from "../support/doctor/world.ts";

const failedIn = ({ checks: reports }: DoctorReport) =>
  reports.filter(({ result }) => result === "failed").map(({ id, evidence }) => `${id}: ${evidence}`);

/** A healthy site of stand-ins, and every fault by itself. */
describe("the doctor", function () {
  this.timeout(120_000);
  let world: World;
  /** Checks that do not apply to this site, with their sentence. */
  let notApplicable: ReadonlyMap<string, string | undefined>;

  before(async () => {
    world = await startWorld();
    const report = await runDoctor(world.under, world.options);
    assert.deepEqual(failedIn(report), []);
    const skipped = report.checks.filter(({ result }) => result === "skipped");
    notApplicable = new Map(skipped.map(({ id, because }) => [id, because]));
  });
  afterEach(() => world?.restore());
  after(() => world?.stop());

  it("finds nothing at a healthy site and says of every check what it saw", async () => {
    const report = await runDoctor(world.under, world.options);
    assert.equal(report.healthy, true);
    assert.deepEqual([...notApplicable.keys()], ["certificate-browsers", "outside-ports"]);
    for (const { id, result, evidence } of report.checks) assert.ok(result !== "ok" || evidence !== "", id);
  });

  it("goes by the set of versions that is declared", async () => {
    const older = VERSION_SETS.find((name) => name !== DEFAULT_VERSION_SET) ?? assert.fail();
    const { provider } = versionSet(older);
    const under = { ...world.under, site: { ...world.under.site, versions: older } };
    const only = ["provider-image", "provider-version"];
    const before = await runDoctor(under, { ...world.options, only });
    assert.match(failedIn(before).join("\n"), new RegExp(`^provider-image: .*; declared is ${provider}$`));
    await image(provider)(world);
    assert.deepEqual(failedIn(await runDoctor(under, world.options)), []);
    const [, version] = (await runDoctor(under, { ...world.options, only })).checks;
    assert.match(version?.evidence ?? "", new RegExp(`^${provider} on a `));
  });

  it("takes a certificate for browsers that is good for long", async () => {
    world.gateway.browsers = await signedKey(`provider.${DOMAIN}`, 60);
    const report = await runDoctor(signedByAuthority(world.under), world.options);
    assert.deepEqual(failedIn(report), []);
    assert.match(report.checks.find(({ id }) => id === "certificate-browsers")?.evidence ?? "", /^until /);
  });

  for (const { check, what, make, declare, circumstance = [], evidence } of faults) {
    it(`says by \`${check}\` alone that ${what}`, async () => {
      await make(world);
      const under = declare?.(world.under, world) ?? world.under;
      const report = await runDoctor(under, world.options);
      const found = report.checks.filter(({ result }) => result === "failed").map(({ id }) => id);
      assert.deepEqual(found.sort(), [check, ...circumstance].sort(), failedIn(report).join("\n"));
      const own = report.checks.find(({ id }) => id === check);
      assert.match(own?.evidence ?? "", evidence);
      assert.notEqual(own?.remedy, "");
      for (const { id, result, because } of report.checks) {
        if (result !== "skipped") continue;
        const causes = [check, ...circumstance, notApplicable.get(id)];
        assert.ok(causes.includes(because), `${id} is skipped: ${because}`);
      }
    });
  }

  it("shows every check failing", () => {
    const shown = new Set(faults.map(({ check }) => check));
    assert.deepEqual(
      checks.map(({ id }) => id).filter((id) => !shown.has(id)),
      [],
    );
  });
});
