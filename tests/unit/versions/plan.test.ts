import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { describeVersionPlan, versionPlan } from "../../../components/versions/index.ts";

const effectOf = (from: string, to: string) => versionPlan({ k3s: from }, { k3s: to }).leases;

describe("a version plan", () => {
  it("is empty where nothing changes, and where nothing is declared", () => {
    const versions = { provider: "0.16.2", k3s: "v1.34.3+k3s1", gpuOperator: "v26.3.3" };
    assert.deepEqual(versionPlan(versions, versions), { changes: [], leases: "untouched" });
    assert.deepEqual(versionPlan(versions, {}), { changes: [], leases: "untouched" });
  });

  it("says that leases live on when the provider moves, forward and back", () => {
    const forward = versionPlan({ provider: "0.16.1" }, { provider: "0.16.2" });
    assert.equal(forward.leases, "live on");
    assert.match(
      describeVersionPlan(forward)[0] ?? "",
      /^Akash provider and operators 0\.16\.1 → 0\.16\.2: .*live on/,
    );
    assert.doesNotMatch(forward.changes[0]?.meaning ?? "", /cursor/);
    const back = versionPlan({ provider: "0.16.2" }, { provider: "0.16.1" });
    assert.equal(back.leases, "live on");
    assert.match(back.changes[0]?.meaning ?? "", /order cursor/);
  });

  it("knows what a move of K3s costs", () => {
    assert.equal(effectOf("v1.34.3+k3s1", "v1.34.3+k3s2"), "live on");
    assert.equal(effectOf("v1.34.3+k3s1", "v1.34.9+k3s1"), "live on");
    assert.equal(effectOf("v1.33.7+k3s1", "v1.34.3+k3s1"), "restarted");
    assert.equal(effectOf("v1.34.3+k3s1", "v1.33.7+k3s1"), "refused");
    assert.equal(effectOf("v1.34.3+k3s2", "v1.34.3+k3s1"), "refused");
    assert.equal(effectOf("unknown", "v1.34.3+k3s1"), "refused");
    const [jump] = versionPlan({ k3s: "v1.32.1+k3s1" }, { k3s: "v1.34.3+k3s1" }).changes;
    assert.match(jump?.meaning ?? "", /2 times/);
  });

  it("installs for the first time without a word of leases", () => {
    const { changes, leases } = versionPlan({}, { provider: "0.16.2", gpuOperator: "v26.3.3" });
    assert.equal(leases, "untouched");
    assert.deepEqual(
      changes.map(({ part, from }) => [part, from]),
      [
        ["gpuOperator", undefined],
        ["provider", undefined],
      ],
    );
    assert.equal(
      describeVersionPlan({ changes, leases })[1],
      "Akash provider and operators 0.16.2: It is installed for the first time.",
    );
  });

  it("counts the worst of its changes", () => {
    const from = { provider: "0.16.1", gpuOperator: "v26.3.2", k3s: "v1.33.7+k3s1" };
    const to = { provider: "0.16.2", gpuOperator: "v26.3.3", k3s: "v1.34.3+k3s1" };
    assert.equal(versionPlan({ ...from, k3s: to.k3s }, to).leases, "live on");
    assert.equal(versionPlan(from, to).leases, "restarted");
    assert.equal(versionPlan({ ...from, k3s: "v1.35.0+k3s1" }, to).leases, "refused");
  });

  it("refuses every K3s that is older, and none that is newer", () => {
    const release = fc
      .tuple(fc.integer({ min: 30, max: 36 }), fc.nat(12), fc.integer({ min: 1, max: 3 }))
      .map(([minor, patch, revision]) => ({
        text: `v1.${minor}.${patch}+k3s${revision}`,
        rank: minor * 10_000 + patch * 100 + revision,
      }));
    fc.assert(
      fc.property(release, release, (from, to) => {
        assert.equal(effectOf(from.text, to.text) === "refused", to.rank < from.rank);
      }),
    );
  });
});
