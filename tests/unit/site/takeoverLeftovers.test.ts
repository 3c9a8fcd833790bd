import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "mocha";
import { operatorLabels } from "../../../components/akash/names.ts";
import { readProcesses } from "../../../components/site/takeover/processes.ts";
import type { ExistingPod } from "../../../components/site/takeover/types.ts";
import { objectOf } from "../../../components/site/takeover/views.ts";
import { account, actions, binding, OTHER, OWNER, object, plan, pod, release } from "./earlierSetUp.ts";

/** Something of the release `akash-provider` is taken over. */
const taken = object("Service", "akash-provider", release("akash-provider"));

describe("leftovers of the official charts", () => {
  it("are removed by name where there is no Helm release to tell them", () => {
    const suffixes = ["init", "main", "script", "letsencrypt", "cloudflare-dns", "gcp-dns"];
    const names = [...suffixes.map((suffix) => `akash-provider-${suffix}`), "operator-hostname"];
    for (const name of [...names, "gpu-validation-script"]) {
      for (const kind of ["ConfigMap", "Secret"]) {
        assert.deepEqual(actions([object(kind, name)]), [`remove ${name}`], kind);
      }
      assert.deepEqual(actions([object("Job", name)]), []);
    }
  });

  it("include the wallet's key, with a word of its backup", () => {
    const [found] = plan([object("Secret", "akash-provider-keys")]).items;
    assert.equal(found?.action, "remove");
    assert.match(found.reason, /wallet's key in plain; keep a backup/);
    assert.deepEqual(actions([object("ConfigMap", "akash-provider-keys")]), []);
  });

  it("are kept where a lease may need them, though they are of a release that is taken over", () => {
    const kinds = ["CustomResourceDefinition", "RuntimeClass", "Gateway"];
    for (const kind of [...kinds, "ClientSettingsPolicy", "ProxySettingsPolicy"]) {
      const other = object(kind, "other", release("akash-provider"));
      assert.deepEqual(actions([taken, other]), ["adopt akash-provider", "keep other"], kind);
    }
    assert.deepEqual(actions([taken, object("Job", "other", release("akash-provider"))]), [
      "adopt akash-provider",
      "remove other",
    ]);
  });

  it("are no volumes of others, and no Secrets that only carry the release's name", () => {
    const named = object("Secret", "redis", { labels: { name: "akash-provider" } });
    assert.deepEqual(actions([taken, named, object("PersistentVolumeClaim", "data")]), [
      "adopt akash-provider",
    ]);
  });
});

describe("what a takeover says of an object", () => {
  it("is how many of its kind stay, of a definition", () => {
    const definition = object("CustomResourceDefinition", "manifests.akash.network");
    const [crd] = plan([definition], { customResources: { manifests: 3 } }).items;
    assert.match(crd?.reason ?? "", /its 3 objects stay/);
    assert.equal(crd?.leases, "keep running");
    assert.match(plan([definition]).items[0]?.reason ?? "", /its 0 objects stay/);
    const [service] = plan([taken]).items;
    assert.deepEqual([service?.reason, service?.leases], ["changed in place to what is declared", ""]);
  });

  it("is where it is, and what restarts", () => {
    const workload = (name: string, matchLabels = {}) =>
      object(name === "akash-provider" ? "StatefulSet" : "Deployment", name, {
        workload: { role: "hostname", matchLabels, account: "x", key: { from: OWNER, configMaps: [] } },
      });
    const [provider] = plan([workload("akash-provider")]).items;
    assert.deepEqual([provider?.namespace, provider?.pods], ["akash-services", "Background"]);
    assert.match(provider?.leases ?? "", /the provider restarts/);
    for (const role of ["hostname", "inventory"] as const) {
      const [operator] = plan([workload(`operator-${role}`, operatorLabels(role))]).items;
      assert.equal(operator?.pods, "Orphan", role);
      assert.match(operator.leases, /the operator restarts/);
    }
    const everywhere = object("ClusterRole", "akash-provider");
    assert.ok(!("namespace" in (plan([everywhere]).items[0] ?? {})));
  });

  it("names custom resources and namespaces of leases as what they are", () => {
    const told = plan([taken], { leases: 1, customResources: { manifests: 2 } }).items.slice(1);
    assert.deepEqual(
      told.map(({ kind, namespace }) => [kind, namespace]),
      [
        ["CustomResource", "lease"],
        ["Namespace", undefined],
      ],
    );
  });

  it("is of a binding how far its rights go, and of an account what kind of subject it is", () => {
    const reason = (role: string) => plan([binding("x", role, account("akash-provider"))]).items[0]?.reason;
    assert.match(reason("cluster-admin") ?? "", /all rights over the cluster/);
    assert.match(reason("view") ?? "", /rights beside the declared ones/);
    const user = { ...account("akash-provider"), kind: "User" };
    assert.deepEqual(actions([binding("x", "cluster-admin", user)]), []);
  });
});

describe("operators in other namespaces", () => {
  const operator = (role: ExistingPod["role"], namespace: string, kind: string, name: string) =>
    pod({ role, namespace, controller: { kind, name } });

  it("are removed each, with the pod itself where it has no workload, as none of ours or for addresses is", () => {
    const { items } = plan([], {
      pods: [
        operator("inventory", "elsewhere", "Deployment", "inventory"),
        operator("hostname", "elsewhere", "Deployment", "hostname"),
        operator("hostname", "other", "Pod", "hostname-1"),
        operator("ip", "elsewhere", "Deployment", "ip"),
        operator("hostname", "akash-services", "Deployment", "operator-hostname"),
      ],
    });
    assert.deepEqual(
      items.map(({ action, path }) => `${action} ${path}`),
      [
        "remove /apis/apps/v1/namespaces/elsewhere/deployments/inventory",
        "remove /apis/apps/v1/namespaces/elsewhere/deployments/hostname",
        "remove /api/v1/namespaces/other/pods/hostname-1",
      ],
    );
  });

  it("tell of the earlier set-up by themselves", () => {
    const stray = { pods: [operator("hostname", "other", "Pod", "hostname-1")], leases: 1 };
    assert.ok(plan([], stray).items.some(({ name }) => name === "of leases (1)"));
  });
});

describe("a second signer", () => {
  it("is another StatefulSet in the site's own namespace, too", () => {
    const other = pod({
      namespace: "akash-services",
      controller: { kind: "StatefulSet", name: "provider-2" },
    });
    assert.deepEqual(
      plan([], { pods: [other] }).blockers.map(({ place }) => place),
      ["StatefulSet akash-services/provider-2"],
    );
  });

  it("is named by its wallet where that can be told", () => {
    const problem = (from: string | undefined) =>
      plan([], { processes: [{ pid: 7, from }] }).blockers[0]?.problem;
    assert.match(problem(OWNER) ?? "", new RegExp(`signs with this site's wallet ${OWNER}`));
    assert.match(problem("mykey") ?? "", /cannot be told \(key mykey\)/);
    assert.match(problem(undefined) ?? "", /\(key unknown\)/);
    assert.equal(problem(OTHER), undefined);
  });

  it("is looked for among processes alone, of which several digits make one", async () => {
    const proc = await mkdtemp(join(tmpdir(), "akash-proc-"));
    try {
      for (const folder of ["1234", "self", "12a", "a12"]) {
        await mkdir(join(proc, folder));
        await writeFile(join(proc, folder, "cmdline"), "/usr/bin/provider-services\0run\0");
      }
      assert.deepEqual(await readProcesses(proc), [{ pid: 1234, from: undefined }]);
    } finally {
      await rm(proc, { recursive: true });
    }
  });
});

describe("a Gateway as it is looked at", () => {
  it("has the names of its listeners", () => {
    const metadata = { name: "akash-gateway", namespace: "akash-gateway" };
    const listeners = [{ name: "http" }, { name: "tcp-5002" }];
    const view = objectOf("Gateway", "/gateways", { metadata, spec: { listeners } });
    assert.deepEqual([view.listeners, view.namespace], [["http", "tcp-5002"], "akash-gateway"]);
    assert.deepEqual(objectOf("Gateway", "/gateways", { metadata }).listeners, []);
    assert.equal(objectOf("Service", "/services", { metadata, spec: { listeners } }).listeners, undefined);
  });
});
