import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { parse } from "yaml";
import { nodeConfig } from "../../../components/k3s/config.ts";
import { OptionInvalid, VersionUnknown } from "../../../components/k3s/errors.ts";
import { schedulerConfig } from "../../../components/k3s/kubernetesConfig.ts";
import { nodeNameOf, siteKubeconfigPath } from "../../../components/k3s/names.ts";
import { absentFiles, nodeFiles } from "../../../components/k3s/nodeFiles.ts";
import { defaultVersion, planCluster } from "../../../components/k3s/planCluster.ts";
import type { K3sMachine, K3sOptions } from "../../../components/k3s/types.ts";

const machine = (index: number, changes: Partial<K3sMachine> = {}): K3sMachine => ({
  name: `m${index}`,
  address: { host: `192.0.2.${index + 1}` },
  ...changes,
});
const machines = (count: number) => Array.from({ length: count }, (_, index) => machine(index));
const [first, second, third] = planCluster("garage", machines(3)).servers;

describe("a cluster's plan", () => {
  it("makes one server with SQLite, and three with etcd that join through the first", () => {
    const [alone] = planCluster("garage", machines(1)).servers;
    assert.equal(alone?.datastore, "sqlite");
    assert.equal(alone?.config["cluster-init"], undefined);
    assert.equal(first?.config["cluster-init"], true);
    assert.equal(first?.first, undefined);
    for (const node of [second, third]) {
      assert.deepEqual(node?.first, { host: "192.0.2.1" });
      assert.equal(node?.config["server"], "https://192.0.2.1:6443");
      assert.equal(node?.config["token-file"], "/etc/rancher/k3s/join-token");
      assert.equal(node?.config["cluster-init"], undefined);
    }
  });

  it("gives an agent nothing of a server's", () => {
    const [agent] = planCluster("garage", [machine(0), machine(1, { role: "agent" })]).agents;
    assert.deepEqual(agent?.config, {
      "node-name": "m1",
      server: "https://192.0.2.1:6443",
      "token-file": "/etc/rancher/k3s/join-token",
    });
    assert.deepEqual(
      [agent?.scheduler, agent?.snapshots, agent?.datastore],
      [undefined, undefined, undefined],
    );
  });

  it("changes no other node when a machine is added or removed, as long as the servers stay", () => {
    const options = fc.record({
      before: fc.integer({ min: 3, max: 9 }),
      role: fc.constantFrom("agent" as const),
    });
    fc.assert(
      fc.property(options, ({ before, role }) => {
        const small = planCluster("garage", machines(before));
        const roles = Object.fromEntries([
          ...small.servers.map(({ node }) => [node, "server" as const]),
          ...small.agents.map(({ node }) => [node, "agent" as const]),
        ]);
        const more = [...machines(before), machine(before, { role })];
        const large = planCluster("garage", more, {}, { roles, datastore: "etcd" });
        assert.deepEqual(large.servers, small.servers);
        assert.deepEqual(large.agents.slice(0, -1), small.agents);
      }),
    );
  });

  it("holds no secret", () => {
    const registries = { logins: { "registry.lan": { username: "u", passwordEnv: "REGISTRY_PASSWORD" } } };
    process.env["REGISTRY_PASSWORD"] = "hunter2";
    const plan = JSON.stringify(planCluster("garage", machines(4), { registries }));
    delete process.env["REGISTRY_PASSWORD"];
    assert.ok(!plan.includes("hunter2"));
    assert.doesNotMatch(plan, /K10/);
  });

  it("uses the stable address where there is one", () => {
    const { servers } = planCluster("garage", machines(3), { apiAddress: "api.lan" });
    assert.deepEqual(
      servers.map((node) => [node.config["server"], node.api]),
      [
        [undefined, "https://api.lan:6443"],
        ["https://api.lan:6443", "https://api.lan:6443"],
        ["https://api.lan:6443", "https://api.lan:6443"],
      ],
    );
    for (const node of servers) assert.ok((node.config["tls-san"] as string[]).includes("api.lan"));
  });

  it("refuses what cannot work and names the option", () => {
    const local = [machine(0, { address: { host: "local" } }), machine(1)];
    const refused: readonly [readonly K3sMachine[], K3sOptions, RegExp][] = [
      [machines(1), { version: "v1.20.0+k3s1" }, /v1\.20\.0\+k3s1 is not pinned/],
      [machines(1), { cni: "calico", flannelBackend: "vxlan" }, /`flannelBackend`/],
      [machines(1), { cni: "calico", airGap: true, mirror: "/m" }, /`airGap` does not go with `cni: calico`/],
      [machines(1), { airGap: true }, /`airGap` needs `mirror`/],
      [machines(1), { evictionSeconds: 5 }, /`evictionSeconds` is 5/],
      [machines(1), { tokenGeneration: 0 }, /`tokenGeneration` is 0/],
      [machines(1), { snapshots: { keep: 0 } }, /`snapshots.keep` is 0/],
      [local, {}, /m0 is this very machine.*`nodeIp`/],
    ];
    for (const [list, options, message] of refused) {
      assert.throws(
        () => planCluster("garage", list, options),
        (error) =>
          (error instanceof OptionInvalid || error instanceof VersionUnknown) && message.test(error.message),
      );
    }
    assert.equal(planCluster("garage", [machine(0, { address: { host: "local" } })]).servers.length, 1);
  });

  it("names nodes after their addresses and keeps the kubeconfig where it is", () => {
    assert.equal(nodeNameOf({ host: "203.0.113.10" }), "node-203-0-113-10");
    assert.equal(nodeNameOf({ host: "GPU1.example.com" }), "gpu1-example-com");
    assert.equal(nodeNameOf({ host: "local" }, "Box"), "box");
    assert.equal(nodeNameOf({ host: "2001:db8::1" }), "node-2001-db8-1");
    assert.equal(siteKubeconfigPath("garage", { PULUMI_AKASH_STATE: "/s" }), "/s/garage/kubeconfig.yaml");
  });
});

describe("a server's settings", () => {
  const config = nodeConfig({ name: "a", role: "server", version: "v1.34.3+k3s1", datastore: "sqlite" });

  it("encrypt Secrets and leave out what the site has of its own", () => {
    assert.equal(config["secrets-encryption"], true);
    assert.deepEqual(config["disable"], ["runtimes", "servicelb", "traefik"]);
    assert.equal(config["write-kubeconfig-mode"], "0600");
    assert.equal(config["etcd-disable-snapshots"], true);
  });

  it("enforce network policies with either network", () => {
    assert.equal(config["disable-network-policy"], false);
    const calico = planCluster("garage", machines(1), { cni: "calico", podCidr: "10.50.0.0/16" }).servers[0];
    assert.deepEqual(
      [calico?.config["flannel-backend"], calico?.config["disable-network-policy"]],
      ["none", true],
    );
    const [[name, text] = ["", ""]] = Object.entries(calico?.manifests ?? {});
    const chart = parse(text) as { spec: { chart: string; bootstrap: boolean; valuesContent: string } };
    assert.match(name, /calico\.yaml$/);
    assert.equal(chart.spec.bootstrap, true);
    assert.match(chart.spec.chart, /^https:.*tigera-operator-v[\d.]+\.tgz$/);
    const values = parse(chart.spec.valuesContent) as {
      installation: { calicoNetwork: { ipPools: object[] } };
    };
    assert.deepEqual(
      values.installation.calicoNetwork.ipPools.map((pool) => (pool as { cidr: string }).cidr),
      ["10.50.0.0/16"],
    );
  });

  it("switch mutating admission policies on where they are there but off", () => {
    const on = (version: string) =>
      (nodeConfig({ name: "a", role: "server", version })["kube-apiserver-arg"] as string[]).includes(
        "feature-gates=MutatingAdmissionPolicy=true",
      );
    assert.deepEqual(["v1.33.7+k3s1", "v1.34.3+k3s1", "v1.36.0+k3s1"].map(on), [false, true, false]);
  });

  it("agree between all servers in what K3s demands to be the same", () => {
    const same = [
      "cluster-cidr",
      "service-cidr",
      "disable",
      "disable-network-policy",
      "flannel-backend",
      "secrets-encryption",
      "agent-token-file",
    ];
    for (const key of same) {
      assert.deepEqual(second?.config[key], first?.config[key]);
      assert.notEqual(first?.config[key], undefined);
    }
  });

  it("pack GPUs", () => {
    assert.deepEqual(config["kube-scheduler-arg"], ["config=/etc/rancher/k3s/scheduler.yaml"]);
    assert.match(
      JSON.stringify(schedulerConfig()),
      /"type":"MostAllocated","resources":\[\{"name":"nvidia.com\/gpu"/,
    );
    assert.equal(planCluster("garage", machines(1), { packGpus: false }).servers[0]?.scheduler, undefined);
  });
});

describe("a node's files", () => {
  it("are what the declaration says, tokens and passwords apart", async () => {
    assert.ok(first);
    const files = await nodeFiles(first, "CERTIFICATE");
    const text = (path: string) => files.find((file) => file.path === path)?.content ?? "";
    assert.deepEqual(parse(text("/etc/rancher/k3s/config.yaml")), first.config);
    assert.deepEqual(
      parse(text("/var/lib/rancher/k3s/agent/etc/kubelet.conf.d/50-pulumi-akash.conf")),
      first.kubelet,
    );
    assert.match(
      text("/etc/systemd/system/k3s.service"),
      /Type=notify[\s\S]*ExecStart=\/usr\/local\/bin\/k3s server\nKillMode=process/,
    );
    assert.match(text("/etc/systemd/system/k3s-snapshot.timer"), /OnCalendar=\*-\*-\* 03:15:00/);
    assert.equal(text("/etc/pulumi-akash/k3s-snapshot.conf"), "data_dir=/var/lib/rancher/k3s\nkeep=14\n");
    assert.ok(files.filter(({ restart }) => restart).every(({ path }) => !path.includes("snapshot")));
    assert.equal(first.version, defaultVersion());
  });

  it("are taken away when they are no longer declared", () => {
    assert.ok(first);
    const { scheduler: _, ...plain } = first;
    assert.deepEqual(absentFiles(plain, { manifests: { "x.yaml": "" } }), [
      "/etc/rancher/k3s/scheduler.yaml",
      "/var/lib/rancher/k3s/server/manifests/x.yaml",
    ]);
    assert.deepEqual(absentFiles(first), []);
  });
});
