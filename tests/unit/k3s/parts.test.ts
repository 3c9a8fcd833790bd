import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { parse } from "yaml";
import { rewriteKubeconfig } from "../../../components/k3s/clusterAccess.ts";
import { OptionInvalid, UpgradeRefused } from "../../../components/k3s/errors.ts";
import { explainFailure } from "../../../components/k3s/joinFailure.ts";
import { RESTART_PENDING } from "../../../components/k3s/nodeInputs.ts";
import {
  CORDONED_BY_REMOVAL,
  type NodeObject,
  parseTaint,
  planMarks,
  taintText,
  UNSCHEDULABLE,
} from "../../../components/k3s/nodeObject.ts";
import { fromFacts, OTHER_KEY } from "../../../components/k3s/observeNode.ts";
import { planCluster } from "../../../components/k3s/planCluster.ts";
import { OTHER_PASSWORD, observedRegistries, registriesFile } from "../../../components/k3s/registries.ts";
import { inTurn } from "../../../components/k3s/turns.ts";

describe("registries.yaml", () => {
  const declared = {
    mirrors: { "docker.io": { endpoints: ["https://mirror.lan"], rewrite: { "^x": "y" } } },
    logins: { "mirror.lan": { username: "site", passwordEnv: "MIRROR_PASSWORD" } },
  };
  const env = { MIRROR_PASSWORD: "hunter2" };

  it("is read back as it is declared, the password as the variable that holds it", () => {
    const text = registriesFile(declared, env);
    assert.match(text, /hunter2/);
    assert.deepEqual(observedRegistries(text, declared, env), declared);
    assert.deepEqual(observedRegistries(text, declared, {}), declared);
    assert.deepEqual(observedRegistries(registriesFile({}), {}), {});
  });

  it("shows another password on the machine without telling it", () => {
    const observed = observedRegistries(
      registriesFile(declared, { MIRROR_PASSWORD: "other" }),
      declared,
      env,
    );
    assert.equal(observed.logins?.["mirror.lan"]?.passwordEnv, OTHER_PASSWORD);
    assert.ok(!JSON.stringify(observed).includes('other"'));
    assert.throws(
      () => registriesFile(declared, {}),
      (error) => error instanceof OptionInvalid && /MIRROR_PASSWORD/.test(error.message),
    );
  });
});

describe("registries.yaml that cannot be read", () => {
  it("is a difference, not an error that quotes its passwords", () => {
    const text = "configs:\n  a: { auth: { password: hunter2 }\n  a: {}\n";
    const observed = JSON.stringify(observedRegistries(text, {}, {}));
    assert.match(observed, /the machine's file cannot be read/);
    assert.ok(!observed.includes("hunter2"));
  });
});

describe("a node's labels and taints", () => {
  const node = (labels: Record<string, string>, taints: string[]): NodeObject => ({
    metadata: { name: "a", labels },
    spec: { taints: taints.map(parseTaint) },
  });

  it("are changed where they differ, and others' are left alone", () => {
    const current = node({ tier: "old", theirs: "x", was: "ours" }, ["theirs:NoSchedule", "was=1:NoExecute"]);
    const patch = planMarks(
      current,
      { labels: { tier: "new" }, taints: ["gpu=yes:NoSchedule"] },
      { labels: { tier: "old", was: "ours" }, taints: ["was=1:NoExecute"] },
    );
    assert.deepEqual(patch, {
      metadata: { labels: { tier: "new", was: null } },
      spec: { taints: [parseTaint("theirs:NoSchedule"), parseTaint("gpu=yes:NoSchedule")] },
    });
  });

  it("give a node back that a removal has left cordoned, and none that a person has", () => {
    const marks = { labels: {}, taints: [] };
    const left = (annotations: Record<string, string>): NodeObject => ({
      metadata: { name: "a", annotations },
      spec: { unschedulable: true, taints: [parseTaint(UNSCHEDULABLE)] },
    });
    const ours = left({ [CORDONED_BY_REMOVAL]: "true" });
    const spec = { unschedulable: null };
    const metadata = { annotations: { [CORDONED_BY_REMOVAL]: null } };
    assert.deepEqual(planMarks(ours, marks), { metadata, spec });
    const before = { labels: {}, taints: [UNSCHEDULABLE] };
    assert.deepEqual(planMarks(ours, marks, before), { metadata, spec: { ...spec, taints: [] } });
    assert.equal(planMarks(left({}), marks), undefined);
  });

  it("are at rest once they are as declared", () => {
    const text = fc.stringMatching(/^[a-z]{1,5}(=[a-z]{1,3})?:(NoSchedule|NoExecute)$/);
    const labels = fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), fc.stringMatching(/^[a-z]{0,3}$/));
    fc.assert(
      fc.property(labels, fc.uniqueArray(text), labels, fc.uniqueArray(text), (l, t, l2, t2) => {
        const want = { labels: l, taints: t };
        assert.equal(planMarks(node({ ...l2, ...l }, [...new Set([...t2, ...t])]), want), undefined);
        assert.deepEqual(
          t.map((taint) => taintText(parseTaint(taint))),
          t,
        );
      }),
    );
    assert.throws(() => parseTaint("nonsense"), RangeError);
  });
});

describe("why a node did not join", () => {
  it("is named with its remedy", () => {
    const journal = (line: string) => explainFailure(`starting\nlevel=error msg="${line}"\n`);
    assert.match(
      journal("Node password rejected, duplicate hostname or contents of '/etc/rancher/node/password'"),
      /another machine under this name/,
    );
    assert.match(
      journal(
        "failed to validate token: token CA hash does not match the Cluster CA certificate hash: a != b",
      ),
      /another cluster/,
    );
    assert.match(
      journal(
        "failed to get CA certs: Get https://192.0.2.1:6443/cacerts: dial tcp 192.0.2.1:6443: connect: connection refused",
      ),
      /port 6443.*Open that port/,
    );
    assert.match(
      journal(
        "critical configuration mismatched between servers: critical configuration value mismatch: DisableServiceLB",
      ),
      /same on all of them/,
    );
    assert.match(journal("x509: certificate has expired or is not yet valid: current time"), /clocks/);
    assert.match(journal("listen tcp :6443: bind: address already in use"), /another program holds a port/);
  });

  it("falls back on what the journal says, without tokens", () => {
    const token = `K10${"a".repeat(64)}::server:${"b".repeat(32)}`;
    const said = explainFailure(`info\nlevel=fatal msg="something new with ${token}"`);
    assert.match(said, /its journal ends with: level=fatal.*something new with \(token\)/);
    assert.match(explainFailure(""), /says nothing/);
  });
});

describe("a kubeconfig from a server", () => {
  it("is made for use elsewhere and keeps its credentials", () => {
    const original = `
apiVersion: v1
clusters: [{ name: default, cluster: { server: "https://127.0.0.1:6443", certificate-authority-data: CA } }]
contexts: [{ name: default, context: { cluster: default, user: default } }]
current-context: default
kind: Config
users: [{ name: default, user: { client-certificate-data: C, client-key-data: K } }]`;
    assert.deepEqual(parse(rewriteKubeconfig(original, "https://192.0.2.1:6443", "garage")), {
      apiVersion: "v1",
      clusters: [
        { name: "garage", cluster: { server: "https://192.0.2.1:6443", "certificate-authority-data": "CA" } },
      ],
      contexts: [{ name: "garage", context: { cluster: "garage", user: "garage" } }],
      "current-context": "garage",
      kind: "Config",
      users: [{ name: "garage", user: { "client-certificate-data": "C", "client-key-data": "K" } }],
    });
  });
});

describe("changes of a cluster's nodes", () => {
  it("come one after the other, and no upgrade follows one that failed", async () => {
    const order: string[] = [];
    const slow = (name: string) => async () => {
      order.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(`${name} ends`);
    };
    const fails = async () => {
      order.push("b fails");
      throw new Error("disk full");
    };
    const results = await Promise.allSettled([
      inTurn("one", "a", true, slow("a")),
      inTurn("one", "b", true, fails),
      inTurn("one", "c", true, slow("c")),
      inTurn("one", "d", false, slow("d")),
      inTurn("two", "e", true, slow("e")),
    ]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ["fulfilled", "rejected", "rejected", "fulfilled", "fulfilled"],
    );
    const refusal = results[2]?.status === "rejected" ? results[2].reason : undefined;
    assert.ok(
      refusal instanceof UpgradeRefused &&
        /c was left as it is, since the upgrade of b failed/.test(refusal.message),
    );
    await inTurn("one", "b", true, slow("b"));
    await inTurn("one", "c", true, slow("c"));
    assert.deepEqual(order.splice(-4), ["b begins", "b ends", "c begins", "c ends"]);
    assert.deepEqual(
      order.filter((entry) => !entry.startsWith("e")),
      ["a begins", "a ends", "b fails", "d begins", "d ends"],
    );
  });
});

describe("what is observed of a node", () => {
  const [node] = planCluster("garage", [{ name: "a", address: { host: "192.0.2.1" } }]).servers;
  const object: NodeObject = {
    metadata: { name: "a" },
    status: { conditions: [{ type: "Ready", status: "True" }] },
  };
  assert.ok(node);
  const facts = {
    joined: true,
    role: "server",
    arch: "x86_64",
    version: `k3s version ${node.version} (x)`,
    datastore: "sqlite",
    config: JSON.stringify(node.config),
    registries: "",
    scheduler: JSON.stringify(node.scheduler),
    kubelet: JSON.stringify(node.kubelet),
    unit: node.unit.trim(),
    service: "active",
    enabled: "enabled",
    tokenGeneration: "1",
    snapshotTimer: "[Timer]\nOnCalendar=*-*-* 03:15:00\n",
    snapshotTimerState: "active",
    snapshotSettings: "data_dir=/var/lib/rancher/k3s\nkeep=14",
  };

  it("is the declaration when nothing differs", () => {
    assert.deepEqual(fromFacts(node, facts, object), node);
  });

  it("names each thing that does", () => {
    const differs = (change: object, known = true) => {
      const observed = fromFacts(node, { ...facts, ...change }, known ? object : undefined);
      return Object.entries(observed).filter(
        ([key, value]) => JSON.stringify(value) !== JSON.stringify(node[key as keyof typeof node]),
      );
    };
    assert.deepEqual(differs({ service: "inactive" }), [["service", "inactive"]]);
    assert.deepEqual(differs({ version: "" }), [["version", "none"]]);
    assert.deepEqual(differs({ config: "{ broken" }), [["config", { unreadable: true }]]);
    assert.deepEqual(differs({ enabled: "disabled" }), [["enabled", false]]);
    assert.deepEqual(differs({}, false), [["ready", false]]);
    assert.deepEqual(differs({ service: RESTART_PENDING }), [["service", "restart pending"]]);
    assert.deepEqual(
      differs({ snapshotTimerState: "inactive" }).map(([key]) => key),
      ["snapshots"],
    );
    assert.equal(OTHER_KEY.startsWith("("), true);
  });

  it("is the release that runs where another one lies there already", () => {
    const running = (kubeletVersion: string): NodeObject => ({
      ...object,
      status: { ...object.status, nodeInfo: { kubeletVersion } },
    });
    assert.equal(fromFacts(node, facts, running("v1.33.7+k3s1")).version, "v1.33.7+k3s1");
    assert.equal(fromFacts(node, facts, running(node.version)).version, node.version);
    // What lies there is what differs first.
    const old = { ...facts, version: "k3s version v1.33.7+k3s1 (x)" };
    assert.equal(fromFacts(node, old, running(node.version)).version, "v1.33.7+k3s1");
  });
});
