// A program of one's own that gives tenants the machine. What it declares is only written to files.
import * as kubernetes from "@pulumi/kubernetes";

const files = { provider: new kubernetes.Provider("files", { renderYamlToDirectory: "rendered" }) };
const subjects = [{ kind: "ServiceAccount", name: "default", namespace: "default" }];
const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" };
export const binding = new kubernetes.rbac.v1.ClusterRoleBinding("everybody", { roleRef, subjects }, files)
  .id;
