import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Observed } from "../../../doctor/observe/observed.ts";
import { runChecks, SIMULATED, withNeeds } from "../../../doctor/run.ts";
import { type Check, failed, NotKnown, ok, skipped } from "../../../doctor/types.ts";

const site = { embedded: false } as Observed;
const dev = { embedded: true } as Observed;
const options = { timeoutMs: 1000 };

const check = (id: string, rest: Partial<Check> = {}): Check => ({
  id,
  title: id,
  area: "chain",
  observes: [],
  run: async () => ok("well"),
  ...rest,
});
const sick = async () => failed("sick", "mend it");

const results = async (checks: readonly Check[], where = site) =>
  Object.fromEntries(
    (await runChecks(checks, where, options)).map(({ id, result, because }) => [
      id,
      because === undefined ? result : `${result}: ${because}`,
    ]),
  );

describe("running checks", () => {
  it("skips what needs a failed check, with the first cause", async () => {
    const checks = [
      check("c", { needs: ["b"] }),
      check("b", { needs: ["a"] }),
      check("a", { run: sick }),
      check("apart"),
    ];
    assert.deepEqual(await results(checks), {
      c: "skipped: a",
      b: "skipped: a",
      a: "failed",
      apart: "ok",
    });
  });

  it("runs what needs a check that does not apply", async () => {
    const checks = [check("a", { run: async () => skipped("there is none") }), check("b", { needs: ["a"] })];
    assert.deepEqual(await results(checks), { a: "skipped: there is none", b: "ok" });
  });

  it("leaves out what comes after a failed check, and not what comes after a skipped one", async () => {
    const checks = [
      check("a", { run: sick }),
      check("b", { after: ["a"] }),
      check("c", { needs: ["a"] }),
      check("d", { after: ["c"] }),
    ];
    assert.deepEqual(await results(checks), { a: "failed", b: "skipped: a", c: "skipped: a", d: "ok" });
  });

  it("lets a check wait together with those that it comes after", async () => {
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    /** Ends only once the other one runs, and the other way round. */
    const beside = (own: typeof first, other: typeof first) => async () => {
      own.resolve();
      await other.promise;
      return ok("well");
    };
    const checks = [
      check("a", { run: beside(first, second) }),
      check("b", { after: ["a"], run: beside(second, first) }),
    ];
    assert.deepEqual(await results(checks), { a: "ok", b: "ok" });
  });

  it("does not wait for what a check finds that comes after a failed one", async () => {
    const hanging = () => new Promise<never>(() => {});
    const checks = [check("a", { run: sick }), check("b", { after: ["a"], run: hanging })];
    const reports = await runChecks(checks, site, { timeoutMs: 600_000 });
    assert.deepEqual(
      reports.map(({ result, because }) => [result, because]),
      [
        ["failed", undefined],
        ["skipped", "a"],
      ],
    );
  });

  it("takes what is not known because of another check as skipped, and hands its cause on", async () => {
    const unknown = async () => {
      throw new NotKnown("a");
    };
    const checks = [check("a", { run: sick }), check("b", { run: unknown }), check("c", { needs: ["b"] })];
    assert.deepEqual(await results(checks), { a: "failed", b: "skipped: a", c: "skipped: a" });
  });

  it("does not ask what dev only simulates", async () => {
    const checks = [check("a", { simulated: true, run: sick }), check("b", { needs: ["a"] })];
    assert.deepEqual(await results(checks, dev), { a: `skipped: ${SIMULATED}`, b: "ok" });
    assert.deepEqual(await results(checks), { a: "failed", b: "skipped: a" });
  });

  it("fails a check that hangs, with that cause", async () => {
    const hanging = check("a", { run: () => new Promise(() => {}) });
    const [report] = await runChecks([hanging], site, { timeoutMs: 20 });
    assert.equal(report?.result, "failed");
    assert.match(report?.evidence ?? "", /nothing answered within 0\.02 s/);
    assert.match(report?.remedy ?? "", /--only a --timeout 60/);
  });

  it("fails a check that breaks, with the error's own remedy", async () => {
    const remedy = "Turn it on.";
    const breaking = check("a", {
      run: () => Promise.reject(Object.assign(new Error(`It is off. ${remedy}`), { remedy })),
    });
    const [report] = await runChecks([breaking], site, options);
    assert.deepEqual([report?.result, report?.evidence, report?.remedy], ["failed", "It is off.", remedy]);
  });

  it("says how bad it is: as found, else as the check says", async () => {
    const checks = [
      check("a", { run: sick }),
      check("b", { run: sick, severity: "warning" }),
      check("c", { run: async () => failed("sick", "mend it", { severity: "warning" }) }),
    ];
    const reports = await runChecks(checks, site, options);
    assert.deepEqual(
      reports.map(({ severity }) => severity),
      ["error", "warning", "warning"],
    );
  });

  it("offers a fix where the check has one that helps", async () => {
    const fix = { does: "mends", confirm: false, run: async () => [] };
    const checks = [
      check("a", { run: sick, fix }),
      check("b", { run: async () => failed("sick", "mend it", { fixable: false }), fix }),
      check("c", { fix }),
    ];
    const reports = await runChecks(checks, site, options);
    assert.deepEqual(
      reports.map(({ fixable }) => fixable),
      [true, false, false],
    );
  });

  it("takes along what chosen checks need", () => {
    const checks = [check("a"), check("b", { needs: ["a"] }), check("c", { after: ["b"] }), check("d")];
    assert.deepEqual(
      withNeeds(checks, ["c"]).map(({ id }) => id),
      ["a", "b", "c"],
    );
  });
});
