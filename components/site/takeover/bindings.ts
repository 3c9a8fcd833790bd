import { SERVICES_NAMESPACE } from "../../akash/names.ts";
import { ACCOUNTS, isDeclared } from "./declared.ts";
import type { ExistingObject, SitePart, TakeoverItem } from "./types.ts";

/**
 * Whether a ClusterRoleBinding gives rights to the site's own accounts, or all rights to an account beside them.
 *
 * @param accounts ServiceAccounts that the earlier provider and operators ran as, besides those declared
 */
export function concernsSite(object: ExistingObject, accounts: ReadonlySet<string> = new Set()): boolean {
  return object.binding?.subjects.some((subject) => isSiteAccount(subject, accounts)) ?? false;
}

/**
 * What becomes of a ClusterRoleBinding; undefined when it has nothing to do with the site.
 *
 * @param accounts as for `concernsSite`
 * @param parts those that the site has
 */
export function planBinding(
  object: ExistingObject,
  accounts: ReadonlySet<string>,
  parts: readonly SitePart[] | undefined,
): TakeoverItem | undefined {
  const { kind, name, path, binding } = object;
  if (binding === undefined || !concernsSite(object, accounts)) return undefined;
  const planned = (action: TakeoverItem["action"], reason: string): TakeoverItem => {
    return { action, kind, name, reason, leases: "", path };
  };
  if (isDeclared(object, parts)) {
    return binding.role === name
      ? planned("adopt", "changed in place to what is declared")
      : planned("replace", `made anew: it binds ${binding.role}, which cannot be changed`);
  }
  if (binding.subjects.some((subject) => !isSiteAccount(subject, accounts))) {
    return planned("keep", "also names others: take the site's accounts out of its subjects by hand");
  }
  return binding.role === "cluster-admin"
    ? planned("remove", "gives all rights over the cluster")
    : planned("remove", "gives rights beside the declared ones");
}

type Subject = NonNullable<ExistingObject["binding"]>["subjects"][number];

function isSiteAccount({ kind, namespace, name }: Subject, accounts: ReadonlySet<string>): boolean {
  return (
    kind === "ServiceAccount" &&
    namespace === SERVICES_NAMESPACE &&
    (ACCOUNTS.includes(name) || accounts.has(name))
  );
}
