import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { noClusterAdmin } from "../../../policies/rules/noClusterAdmin.ts";
import { noHostAccess } from "../../../policies/rules/noHostAccess.ts";
import { container, findings, object, type Props, workload } from "./declared.ts";

const role = (rule: Props) => object("rbac.authorization.k8s.io/v1:ClusterRole", { rules: [rule] });
const binding = (roleName: string, subject: string) =>
  object("rbac.authorization.k8s.io/v1:ClusterRoleBinding", {
    roleRef: { kind: "ClusterRole", name: roleName },
    subjects: [{ kind: "Group", name: subject }],
  });

describe("policy no-cluster-admin", () => {
  it("passes roles that name what they allow, and bindings to them", () => {
    const named = { apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] };
    assert.deepEqual(findings(noClusterAdmin, role(named)), []);
    assert.deepEqual(findings(noClusterAdmin, binding("akash-provider", "akash-provider")), []);
  });

  it("refuses each wildcard, and verbs by which an account gets all others", () => {
    for (const field of ["apiGroups", "resources", "verbs", "nonResourceURLs"]) {
      const wild = { apiGroups: [""], resources: ["pods"], verbs: ["get"], [field]: ["*"] };
      assert.deepEqual(findings(noClusterAdmin, role(wild)), [`its rules have the wildcard * in ${field}`]);
    }
    for (const verb of ["bind", "escalate", "impersonate"]) {
      const [found] = findings(
        noClusterAdmin,
        role({ apiGroups: [""], resources: ["users"], verbs: [verb] }),
      );
      assert.match(found ?? "", new RegExp(`\`${verb}\``));
    }
  });

  it("refuses a binding to cluster-admin, and of everybody", () => {
    assert.deepEqual(findings(noClusterAdmin, binding("cluster-admin", "ops")), [
      "it binds its subjects to cluster-admin",
    ]);
    assert.deepEqual(findings(noClusterAdmin, binding("view", "system:unauthenticated")), [
      "it binds the group system:unauthenticated",
    ]);
  });

  it("does not apply to anything but roles and bindings", () => {
    assert.ok(!noClusterAdmin.appliesTo(workload()));
    assert.ok(!noClusterAdmin.appliesTo(object("core/v1:ConfigMap", { rules: [{ verbs: ["*"] }] })));
  });
});

describe("policy no-host-access", () => {
  const pod = (spec: Props) => object("core/v1:Pod", { spec: { containers: [container()], ...spec } });

  it("passes pods that keep to themselves", () => {
    assert.deepEqual(
      findings(noHostAccess, workload({ securityContext: { capabilities: { drop: ["ALL"] } } })),
      [],
    );
    assert.deepEqual(findings(noHostAccess, pod({ volumes: [{ name: "tmp", emptyDir: {} }] })), []);
  });

  it("refuses privileged containers, the initial ones too, and capabilities that lead out", () => {
    const privileged = { securityContext: { privileged: true } };
    assert.deepEqual(findings(noHostAccess, workload(privileged)), ["its container main is privileged"]);
    assert.deepEqual(
      findings(noHostAccess, pod({ initContainers: [container({ name: "first", ...privileged })] })),
      ["its container first is privileged"],
    );
    const capable = { securityContext: { capabilities: { add: ["NET_BIND_SERVICE", "SYS_ADMIN"] } } };
    assert.deepEqual(findings(noHostAccess, workload(capable)), [
      "its container main has the capability SYS_ADMIN",
    ]);
  });

  it("refuses namespaces and paths of the node, in a job's pods as well", () => {
    for (const field of ["hostNetwork", "hostPID", "hostIPC"]) {
      assert.deepEqual(findings(noHostAccess, pod({ [field]: true })), [`its pods have ${field}`]);
    }
    const spec = { containers: [], volumes: [{ name: "host", hostPath: { path: "/var/lib" } }] };
    const cron = object("batch/v1:CronJob", { spec: { jobTemplate: { spec: { template: { spec } } } } });
    assert.deepEqual(findings(noHostAccess, cron), ["its pods mount the path /var/lib of their node"]);
  });

  it("refuses a volume for leases that is a path of a node, and a privileged namespace for them", () => {
    const volume = (storageClassName: string) =>
      object("core/v1:PersistentVolume", { spec: { hostPath: { path: "/mnt/a" }, storageClassName } });
    assert.deepEqual(findings(noHostAccess, volume("beta3")), ["it gives leases the path /mnt/a of a node"]);
    assert.deepEqual(findings(noHostAccess, volume("local-path")), []);
    const labels = { "pod-security.kubernetes.io/enforce": "privileged" };
    const namespace = object("core/v1:Namespace", { metadata: { name: "lease", labels } });
    assert.deepEqual(findings(noHostAccess, namespace), ["its pod security level for leases is privileged"]);
  });

  it("does not apply to what makes no pods, nor to namespaces of drivers", () => {
    assert.ok(!noHostAccess.appliesTo(object("core/v1:Service", { spec: {} })));
    assert.ok(!noHostAccess.appliesTo(object("core/v1:Namespace", { metadata: { name: "gpu-operator" } })));
  });
});
