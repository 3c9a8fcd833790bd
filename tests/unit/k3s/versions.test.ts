import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { UpgradeRefused, VersionUnknown } from "../../../components/k3s/errors.ts";
import {
  checkUpgrade,
  compareVersions,
  parseVersion,
  planUpgrade,
  versionIn,
} from "../../../components/k3s/versions.ts";

const version = fc
  .tuple(fc.integer({ min: 28, max: 36 }), fc.nat(12), fc.integer({ min: 1, max: 3 }))
  .map(([minor, patch, revision]) => `v1.${minor}.${patch}+k3s${revision}`);

/** One release of every minor version. */
const known = Array.from({ length: 12 }, (_, index) => `v1.${26 + index}.9+k3s1`);

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

  it("take a whole cluster up stage by stage, servers before agents, one node at a time", () => {
    const nodes = [
      { name: "agent", role: "agent", version: "v1.32.9+k3s1" },
      { name: "one", role: "server", version: "v1.32.9+k3s1" },
      { name: "two", role: "server", version: "v1.33.9+k3s1" },
    ] as const;
    assert.deepEqual(
      planUpgrade(nodes, "v1.34.9+k3s1", known, "etcd").map(({ node, to }) => `${node} ${to}`),
      [
        "one v1.33.9+k3s1",
        "agent v1.33.9+k3s1",
        "one v1.34.9+k3s1",
        "two v1.34.9+k3s1",
        "agent v1.34.9+k3s1",
      ],
    );
    assert.throws(() => planUpgrade(nodes, "v1.34.9+k3s1", []), /no known release of K3s v1\.33/);
  });

  it("reach the goal from anywhere below it, and no agent is ever ahead of a server", () => {
    const node = fc.record({
      role: fc.constantFrom("server" as const, "agent" as const),
      minor: fc.integer({ min: 28, max: 33 }),
    });
    fc.assert(
      fc.property(fc.array(node, { minLength: 1, maxLength: 6 }), (list) => {
        const servers = list.filter(({ role }) => role === "server").map(({ minor }) => minor);
        // Kubernetes itself allows no agent newer than a server.
        const oldest = Math.min(...servers, 33);
        const nodes = list.map(({ role, minor }, index) => ({
          name: `n${index}`,
          role,
          version: `v1.${role === "agent" ? Math.min(minor, oldest) : minor}.9+k3s1`,
        }));
        const now = new Map(nodes.map(({ name, version }) => [name, version]));
        for (const { node, from, to } of planUpgrade(nodes, "v1.34.9+k3s1", known)) {
          assert.equal(now.get(node), from);
          now.set(node, to);
          for (const agent of nodes.filter(({ role }) => role === "agent")) {
            for (const server of nodes.filter(({ role }) => role === "server")) {
              assert.ok(compareVersions(now.get(agent.name) ?? "", now.get(server.name) ?? "") <= 0);
            }
          }
        }
        assert.deepEqual([...new Set(now.values())], ["v1.34.9+k3s1"]);
      }),
    );
  });
});
