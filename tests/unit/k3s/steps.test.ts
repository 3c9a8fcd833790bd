import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import type { NodeInputs } from "../../../components/k3s/nodeInputs.ts";
import { planCluster } from "../../../components/k3s/planCluster.ts";
import { planSteps, stepsOfUpdate } from "../../../components/k3s/steps.ts";
import type { K3sMachine, K3sOptions } from "../../../components/k3s/types.ts";

const machines = (count: number): K3sMachine[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `m${index}`,
    address: { host: `192.0.2.${index + 1}` },
  }));

function nodes(count: number, options: K3sOptions = {}): NodeInputs[] {
  const { servers, agents } = planCluster("garage", machines(count), options);
  return [...servers, ...agents];
}

/** The one node of a site of one. */
function only(options: K3sOptions = {}): NodeInputs {
  const [node] = nodes(1, options);
  assert.ok(node);
  return node;
}

describe("the words for what will run", () => {
  it("say nothing when nothing will", () => {
    assert.deepEqual(planSteps(nodes(4), nodes(4)), []);
  });

  it("touch one machine when one is added", () => {
    assert.deepEqual(planSteps(nodes(3), nodes(4)), [
      {
        node: "m3",
        host: "192.0.2.4",
        steps: [
          "install K3s v1.34.3+k3s1",
          "start it as an agent, joining through 192.0.2.1",
          "wait until the cluster counts it as ready",
        ],
      },
    ]);
  });

  it("say how a node is emptied before it goes", () => {
    const [steps] = planSteps(nodes(4), nodes(3));
    assert.equal(steps?.node, "m3");
    assert.deepEqual(steps?.steps, [
      "look for leases on it, and stop if there are any",
      "keep new pods away (cordon)",
      "move its pods to other nodes (drain)",
      "stop K3s and delete the node from the cluster",
      "uninstall K3s with all its files",
    ]);
  });

  it("show the move from one server to three: SQLite becomes etcd, two join", () => {
    const steps = planSteps(nodes(1), nodes(3));
    assert.deepEqual(
      steps.map(({ node }) => node),
      ["m0", "m1", "m2"],
    );
    assert.deepEqual(steps[0]?.steps, [
      "save the cluster's data, encrypted",
      "move the cluster's data from SQLite to etcd",
      "write config.yaml: cluster-init",
      "restart K3s; pods go on running",
      "wait until the cluster counts it as ready",
    ]);
    assert.equal(steps[1]?.steps[1], "start it as a server, joining through 192.0.2.1 (data in etcd)");
  });

  it("show an upgrade with the snapshot before it", () => {
    assert.deepEqual(stepsOfUpdate({ ...only(), version: "v1.33.7+k3s1" }, only()), [
      "save the cluster's data, encrypted",
      "upgrade K3s from v1.33.7+k3s1 to v1.34.3+k3s1",
      "restart K3s; pods go on running",
      "wait until the cluster counts it as ready",
    ]);
  });

  it("name the setting that somebody edited, and the service that somebody stopped", () => {
    const node = only();
    const edited = { ...node, config: { ...node.config, "tls-san": ["evil"] } };
    assert.deepEqual(stepsOfUpdate(edited, node), [
      "write config.yaml: tls-san",
      "restart K3s; pods go on running",
      "wait until the cluster counts it as ready",
    ]);
    assert.deepEqual(stepsOfUpdate({ ...node, service: "inactive", ready: false }, node), [
      "start K3s, which is inactive",
      "wait until the cluster counts it as ready",
    ]);
    const off = { ...node, service: "unreachable", ready: false };
    assert.deepEqual(stepsOfUpdate(off, node), ["leave it as it is until it answers"]);
    assert.deepEqual(stepsOfUpdate(off, { ...node, labels: { tier: "gold" } }), [
      "start K3s, which is unreachable",
      "set the label tier=gold",
      "wait until the cluster counts it as ready",
    ]);
    assert.deepEqual(stepsOfUpdate({ ...node, service: "restart pending" }, node), [
      "restart K3s; pods go on running",
      "wait until the cluster counts it as ready",
    ]);
  });

  it("restart nothing for labels, taints, manifests and snapshots", () => {
    const node = only();
    const changed = {
      ...node,
      labels: { tier: "gold" },
      taints: ["gpu:NoSchedule"],
      manifests: { "a.yaml": "x" },
      snapshots: { at: "hourly", keep: 3, keyFile: "/k" },
    };
    assert.deepEqual(stepsOfUpdate(node, changed), [
      "write the manifest a.yaml",
      "change when and for whom snapshots are taken",
      "set the label tier=gold",
      "set the taint gpu:NoSchedule",
    ]);
    assert.deepEqual(stepsOfUpdate(changed, node).slice(2), [
      "remove the label tier",
      "remove the taint gpu:NoSchedule",
    ]);
  });

  it("replace tokens on the first server and take them over on the others", () => {
    const steps = planSteps(nodes(4), nodes(4, { tokenGeneration: 2 }));
    assert.deepEqual(
      steps.map(({ node, steps: [step, next] }) => [node, step, next]),
      [
        ["m0", "save the cluster's data, encrypted", "replace the tokens"],
        ["m1", "take over the new token", "restart K3s; pods go on running"],
        ["m2", "take over the new token", "restart K3s; pods go on running"],
        ["m3", "take over the new token", "restart K3s; pods go on running"],
      ],
    );
  });

  it("are there for every difference between two plans, and for no other machine", () => {
    const option = fc.record(
      {
        flannelBackend: fc.constantFrom("vxlan" as const, "host-gw" as const),
        evictionSeconds: fc.integer({ min: 60, max: 9000 }),
        packGpus: fc.boolean(),
        tokenGeneration: fc.integer({ min: 1, max: 3 }),
      },
      { requiredKeys: [] },
    );
    const size = fc.integer({ min: 3, max: 6 });
    fc.assert(
      fc.property(size, option, size, option, (count, options, nextCount, nextOptions) => {
        const [before, after] = [nodes(count, options), nodes(nextCount, nextOptions)];
        const touched = planSteps(before, after).map(({ node }) => node);
        const names = [...new Set([...before, ...after].map(({ node }) => node))];
        const text = (list: readonly NodeInputs[], name: string) =>
          JSON.stringify(list.find(({ node }) => node === name));
        const differ = names.filter((name) => text(before, name) !== text(after, name));
        assert.deepEqual([...touched].sort(), differ.sort());
      }),
    );
  });
});
