import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { UpgradeRefused, VersionUnknown } from "../../../components/k3s/errors.ts";
import { checkUpgrade, compareVersions, parseVersion, versionIn } from "../../../components/k3s/versions.ts";

const version = fc
  .tuple(fc.integer({ min: 28, max: 36 }), fc.nat(12), fc.integer({ min: 1, max: 3 }))
  .map(([minor, patch, revision]) => `v1.${minor}.${patch}+k3s${revision}`);

describe("K3s versions", () => {
  it("are ordered by number, the project's own revision last", () => {
    const sorted = ["v1.33.7+k3s1", "v1.34.2+k3s1", "v1.34.2+k3s2", "v1.34.10+k3s1"];
    assert.deepEqual([...sorted].reverse().sort(compareVersions), sorted);
    fc.assert(
      fc.property(version, version, (a, b) => {
        assert.equal(Math.sign(compareVersions(a, b)), -Math.sign(compareVersions(b, a)) || 0);
        assert.equal(compareVersions(a, b) === 0, a === b);
      }),
    );
    assert.throws(() => parseVersion("1.34.3"), VersionUnknown);
  });

  it("are read from what the program prints", () => {
    assert.equal(versionIn("k3s version v1.34.3+k3s1 (48ffa7b6)\ngo version go1.24.11"), "v1.34.3+k3s1");
    assert.equal(versionIn("Kubernetes v1.34.3"), undefined);
  });

  it("go up one minor at a time and never down", () => {
    checkUpgrade("a", "v1.33.7+k3s1", "v1.34.3+k3s1", "etcd");
    checkUpgrade("a", "v1.34.3+k3s1", "v1.34.3+k3s1");
    assert.throws(
      () => checkUpgrade("a", "v1.34.3+k3s1", "v1.33.7+k3s1"),
      /a runs K3s v1\.34\.3.*cannot go back/,
    );
    assert.throws(() => checkUpgrade("a", "v1.34.3+k3s2", "v1.34.3+k3s1"), UpgradeRefused);
    assert.throws(
      () => checkUpgrade("a", "v1.32.9+k3s1", "v1.34.3+k3s1"),
      /2 minor versions ahead.*v1\.33 first/,
    );
  });

  it("do not carry an unsafe etcd 3.5 into 3.6", () => {
    const refused = () => checkUpgrade("a", "v1.33.6+k3s1", "v1.34.3+k3s1", "etcd");
    assert.throws(refused, /may lose members.*Declare v1\.33\.7\+k3s1 first/);
    checkUpgrade("a", "v1.33.6+k3s1", "v1.34.3+k3s1", "sqlite");
    checkUpgrade("a", "v1.33.6+k3s1", "v1.34.3+k3s1");
  });
});
