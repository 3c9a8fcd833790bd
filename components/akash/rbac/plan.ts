import {
  HARDWARE_DISCOVERY,
  HOSTNAME_OPERATOR,
  INVENTORY_OPERATOR,
  IP_OPERATOR,
  PROVIDER_NAME,
} from "../names.ts";
import { cephRules, HOSTNAME_RULES, INVENTORY_RULES, IP_RULES } from "./operatorRules.ts";
import { PROVIDER_RULES } from "./providerRules.ts";
import type { RbacOptions, Rule, Subject } from "./types.ts";

/** A rule as Kubernetes takes it. */
export interface PolicyRule {
  readonly apiGroups: string[];
  readonly resources: string[];
  readonly verbs: string[];
  readonly resourceNames?: string[];
}

/** The roles of one ServiceAccount: one for the cluster, one for each namespace it has to do with. */
export interface RolePlan {
  readonly cluster: readonly PolicyRule[];
  readonly namespaces: readonly { readonly namespace: string; readonly rules: readonly PolicyRule[] }[];
}

/** All rules that a ServiceAccount has on such a site. */
export function rulesOf(subject: Subject, options: RbacOptions): readonly Rule[] {
  const tables: Readonly<Record<Subject, readonly Rule[]>> = {
    [PROVIDER_NAME]: PROVIDER_RULES,
    [HOSTNAME_OPERATOR]: HOSTNAME_RULES,
    [INVENTORY_OPERATOR]: [...INVENTORY_RULES, ...cephRules(options.cephNamespace)],
    // Reads /sys of its node and answers the inventory operator (operator/psutil.go); it never asks the API.
    [HARDWARE_DISCOVERY]: [],
    [IP_OPERATOR]: IP_RULES,
  };
  return tables[subject].filter((rule) => rule.when?.(options) ?? true);
}

/** Turns a ServiceAccount's rules into roles. */
export function planRoles(subject: Subject, options: RbacOptions): RolePlan {
  const rules = rulesOf(subject, options);
  const namespaces = [...new Set(rules.flatMap(({ namespace }) => namespace ?? []))].toSorted();
  return {
    cluster: rules.filter(({ namespace }) => namespace === undefined).map(policyRule),
    namespaces: namespaces.map((namespace) => ({
      namespace,
      rules: rules.filter((rule) => rule.namespace === namespace).map(policyRule),
    })),
  };
}

function policyRule({ group, resource, verbs, names }: Rule): PolicyRule {
  return {
    apiGroups: [group],
    resources: [resource],
    verbs: [...verbs],
    ...(names === undefined ? {} : { resourceNames: [...names] }),
  };
}
