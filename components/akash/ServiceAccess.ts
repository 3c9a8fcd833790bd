import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { ClusterRole } from "@pulumi/kubernetes/rbac/v1/clusterRole.js";
import { ClusterRoleBinding } from "@pulumi/kubernetes/rbac/v1/clusterRoleBinding.js";
import { Role } from "@pulumi/kubernetes/rbac/v1/role.js";
import { RoleBinding } from "@pulumi/kubernetes/rbac/v1/roleBinding.js";
import * as pulumi from "@pulumi/pulumi";
import { metadata } from "./metadata.ts";
import { SERVICES_NAMESPACE } from "./names.ts";
import { planRoles } from "./rbac/plan.ts";
import type { RbacOptions, Subject } from "./rbac/types.ts";

export interface ServiceAccessArgs {
  /** Whose access it is. */
  readonly subject: Subject;
  /** What decides which rules it needs. */
  readonly options: RbacOptions;
}

/** A ServiceAccount in `akash-services` with the roles of the rules table, and nothing else. */
export class ServiceAccess extends pulumi.ComponentResource {
  constructor(name: string, args: ServiceAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("akash:akash:ServiceAccess", name, {}, opts);
    const { subject } = args;
    const parent = { parent: this };
    const plan = planRoles(subject, args.options);
    const subjects = [{ kind: "ServiceAccount", name: subject, namespace: SERVICES_NAMESPACE }];

    new ServiceAccount(
      `${name}-account`,
      {
        metadata: metadata(subject, { namespace: SERVICES_NAMESPACE }),
        automountServiceAccountToken: plan.cluster.length + plan.namespaces.length > 0,
      },
      parent,
    );
    if (plan.cluster.length > 0) {
      const role = new ClusterRole(
        `${name}-cluster-role`,
        { metadata: metadata(`akash-${bare(subject)}`), rules: [...plan.cluster] },
        parent,
      );
      new ClusterRoleBinding(
        `${name}-cluster-binding`,
        {
          metadata: metadata(`akash-${bare(subject)}`),
          roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role.metadata.name },
          subjects,
        },
        parent,
      );
    }
    for (const { namespace, rules } of plan.namespaces) {
      const role = new Role(
        `${name}-role-${namespace}`,
        { metadata: metadata(`akash-${bare(subject)}`, { namespace }), rules: [...rules] },
        parent,
      );
      new RoleBinding(
        `${name}-binding-${namespace}`,
        {
          metadata: metadata(`akash-${bare(subject)}`, { namespace }),
          roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
          subjects,
        },
        parent,
      );
    }
    this.registerOutputs({});
  }
}

/** `akash-provider` is called so already. */
function bare(subject: Subject): string {
  return subject.replace(/^akash-/, "");
}
