import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { RemovalRefused } from "../../../components/k3s/errors.ts";
import { consentFor } from "../../../components/k3s/removal/consent.ts";
import {
  DEAD_AFTER_MS,
  planRemoval,
  type RemovalNode,
  type RemovalView,
} from "../../../components/k3s/removal/plan.ts";

const now = new Date("2026-01-01T00:00:00Z");
const none = { leases: false, data: false, unreachable: false };
const all = { leases: true, data: true, unreachable: true };

const server = (name: string, ready = true): RemovalNode => ({ name, server: true, member: true, ready });
const agent = (name: string, ready = true): RemovalNode => ({ name, server: false, member: false, ready });
const gone = (node: RemovalNode, ms: number): RemovalNode => ({
  ...node,
  ready: false,
  notReadySince: new Date(now.getTime() - ms),
});

function view(
  node: RemovalNode | undefined,
  others: readonly RemovalNode[],
  changes: Partial<RemovalView> = {},
): RemovalView {
  return {
    node,
    name: node?.name ?? "x",
    others,
    leases: [],
    leasesInCluster: 0,
    reachable: true,
    now,
    ...changes,
  };
}

function refused(given: RemovalView, message: RegExp, consent = none): void {
  assert.throws(
    () => planRemoval(given, consent),
    (error) => error instanceof RemovalRefused && message.test(error.message),
  );
}

describe("removing a node", () => {
  it("empties an agent before it goes", () => {
    assert.deepEqual(planRemoval(view(agent("b"), [server("a")]), none), [
      "cordon",
      "drain",
      "stop",
      "delete-node",
      "uninstall",
    ]);
  });

  it("saves the data and takes a server out of etcd", () => {
    const steps = planRemoval(view(server("c"), [server("a"), server("b")]), none);
    assert.deepEqual(steps, [
      "snapshot",
      "cordon",
      "drain",
      "remove-member",
      "stop",
      "delete-node",
      "uninstall",
    ]);
  });

  it("saves the data on another server where the one that goes can't", () => {
    const others = [server("a"), server("b")];
    const first = (node: RemovalNode, changes = {}) => planRemoval(view(node, others, changes), all)[0];
    assert.equal(first(server("c", false)), "snapshot-elsewhere");
    assert.equal(first(server("c"), { reachable: false }), "snapshot-elsewhere");
    assert.equal(first(agent("c", false)), "cordon");
    // There is nobody who could.
    assert.deepEqual(planRemoval(view(server("a", false), []), none), ["stop", "uninstall"]);
  });

  it("refuses a node with leases unless told", () => {
    const leased = view(agent("b"), [server("a")], { leases: ["akash1x/7"], leasesInCluster: 1 });
    refused(leased, /b runs 1 lease \(akash1x\/7\).*PULUMI_AKASH_ALLOW=leases:b/);
    assert.equal(planRemoval(leased, { ...none, leases: true })[0], "cordon");
  });

  it("refuses the last server while others need it, and a whole cluster with leases", () => {
    refused(
      view(server("a"), [agent("b"), agent("c")]),
      /a is the last server, and b, c would have none/,
      all,
    );
    refused(view(server("a"), [], { leasesInCluster: 2 }), /whole cluster and runs 2 leases/);
    assert.deepEqual(planRemoval(view(server("a"), []), none), ["snapshot", "stop", "uninstall"]);
  });

  it("refuses to take etcd's majority away, and shrinks a healthy cluster down to one", () => {
    refused(
      view(server("a"), [server("b"), server("c", false)]),
      /1 healthy of 2 members.*Mend c first/,
      all,
    );
    assert.ok(planRemoval(view(server("a"), [server("b")]), none).includes("remove-member"));
    assert.ok(
      planRemoval(view(server("c", false), [server("a"), server("b")]), none).includes("remove-member"),
    );
  });

  it("never plans what leaves the rest without majority or server", () => {
    const others = fc.array(fc.record({ isServer: fc.boolean(), ready: fc.boolean() }), { maxLength: 6 });
    fc.assert(
      fc.property(others, fc.boolean(), fc.boolean(), fc.boolean(), (list, isServer, ready, reachable) => {
        const nodes = list.map((item, index) => (item.isServer ? server : agent)(`n${index}`, item.ready));
        const leaving = (isServer ? server : agent)("leaving", ready);
        let steps: readonly string[];
        try {
          steps = planRemoval(view(leaving, nodes, { reachable }), all);
        } catch (error) {
          assert.ok(error instanceof RemovalRefused);
          return;
        }
        const members = nodes.filter(({ member }) => member);
        if (isServer && nodes.length > 0) assert.ok(members.length > 0);
        if (steps.includes("remove-member")) {
          assert.ok(members.filter((node) => node.ready).length > Math.floor(members.length / 2));
        }
        if (steps.includes("uninstall")) assert.ok(reachable);
      }),
    );
  });

  it("forgets a machine that is dead, and not one that reboots or that only we cannot reach", () => {
    const away = { reachable: false };
    const dead = gone(server("c"), DEAD_AFTER_MS);
    assert.deepEqual(planRemoval(view(dead, [server("a"), server("b")], away), none), [
      "snapshot-elsewhere",
      "remove-member",
      "delete-node",
    ]);
    refused(view(gone(agent("b"), 60_000), [server("a")], away), /missed it for 60 s only/);
    refused(view(agent("b"), [server("a")], away), /the cluster sees it.*PULUMI_AKASH_ALLOW=unreachable:b/);
    assert.deepEqual(planRemoval(view(agent("b"), [server("a")], away), all), ["delete-node"]);
  });

  it("lets a dead machine's leases start elsewhere without being asked", () => {
    const dead = view(gone(agent("b"), DEAD_AFTER_MS), [server("a")], { reachable: false, leases: ["x"] });
    assert.deepEqual(planRemoval(dead, none), ["delete-node"]);
  });

  it("cleans a machine that the cluster does not know", () => {
    assert.deepEqual(planRemoval(view(undefined, []), none), ["stop", "uninstall"]);
    assert.deepEqual(planRemoval(view(undefined, [], { reachable: false }), none), []);
  });

  it("takes consent for one node and one kind of loss", () => {
    const env = { PULUMI_AKASH_ALLOW: "leases:b, data:*" };
    assert.deepEqual(consentFor("b", env), { leases: true, data: true, unreachable: false });
    assert.deepEqual(consentFor("c", env), { leases: false, data: true, unreachable: false });
    assert.deepEqual(consentFor("c", {}), none);
  });
});
