import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { compareVersions } from "../../../components/akash/compareVersions.ts";
import {
  checkCompatibility,
  IncompatibleProvider,
  PROVIDER_RANGES,
  upgradeNeeds,
} from "../../../components/akash/compatibility.ts";
import { PROVIDER_VERSION } from "../../../components/akash/versions.ts";
import { firstProviderWithProtoKeyring, KeyringFormatTooNew } from "../../../components/wallet/errors.ts";

const version = fc
  .tuple(fc.nat(3), fc.nat(30), fc.nat(30), fc.boolean())
  .map(([major, minor, patch, candidate]) => `${major}.${minor}.${patch}${candidate ? "-rc1" : ""}`);

describe("provider and chain compatibility", () => {
  it("pins a release that speaks today's chain", () => {
    assert.deepEqual(checkCompatibility("v2"), { compatible: true });
  });

  it("knows the last release of each generation", () => {
    assert.deepEqual(checkCompatibility("v1", "0.10.7"), { compatible: true });
    assert.throws(() => checkCompatibility("v2", "0.10.7"), IncompatibleProvider);
    assert.throws(() => checkCompatibility("v1", "0.11.0"), IncompatibleProvider);
    assert.deepEqual(checkCompatibility("v2", "0.11.0"), { compatible: true });
  });

  it("refuses an image older than the keyring format, whatever the chain", () => {
    for (const { generation } of PROVIDER_RANGES) {
      assert.throws(() => checkCompatibility(generation, "0.8.4"), KeyringFormatTooNew);
      assert.throws(() => checkCompatibility(generation, "0.8.4", { simulated: true }), /Bytes left over/);
    }
  });

  it("says which releases would do", () => {
    assert.throws(
      () => checkCompatibility("v1", PROVIDER_VERSION),
      /Use provider 0\.10\.0 up to, but without, 0\.11\.0/,
    );
  });

  it("lets the embedded site pair a simulated pod with an older chain, and says so", () => {
    const { compatible, note } = checkCompatibility("v0.38", PROVIDER_VERSION, { simulated: true });
    assert.equal(compatible, false);
    assert.match(note ?? "", /simulated/);
    assert.throws(() => checkCompatibility("v0.38", PROVIDER_VERSION), IncompatibleProvider);
  });

  it("gives every release that can read our keyring at most one generation", () => {
    fc.assert(
      fc.property(version, (candidate) => {
        fc.pre(compareVersions(candidate, firstProviderWithProtoKeyring) >= 0);
        const fitting = PROVIDER_RANGES.filter(({ generation }) => {
          try {
            return checkCompatibility(generation, candidate).compatible;
          } catch {
            return false;
          }
        });
        assert.ok(fitting.length <= 1, candidate);
      }),
    );
  });

  it("knows what an announced upgrade asks of the provider, and says when it does not", () => {
    assert.deepEqual(upgradeNeeds("v2.1.0", "0.14.0"), { provider: "0.14.0", met: true });
    assert.deepEqual(upgradeNeeds("v2.1.0", "0.13.9"), { provider: "0.14.0", met: false });
    assert.deepEqual(upgradeNeeds("v2.1.0"), { provider: "0.14.0", met: true });
    assert.deepEqual(upgradeNeeds("v1.0.0", PROVIDER_VERSION), { provider: "0.10.0", met: false });
    assert.deepEqual(upgradeNeeds("v9.0.0"), { met: false });
  });

  it("names for each upgrade a release of its own generation", () => {
    for (const { generation, upgrades } of PROVIDER_RANGES) {
      for (const provider of Object.values(upgrades)) {
        assert.ok(checkCompatibility(generation, provider).compatible);
      }
    }
  });

  it("orders versions totally", () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        assert.equal(Math.sign(compareVersions(a, b)), -Math.sign(compareVersions(b, a)) || 0);
        if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0) assert.ok(compareVersions(a, c) <= 0);
      }),
    );
    assert.ok(compareVersions("0.16.0-rc1", "0.16.0") < 0);
    assert.ok(compareVersions("0.9.0", "0.10.0") < 0);
    assert.throws(() => compareVersions("latest", "0.16.2"), /not a version/);
  });
});
