/** What a person has agreed to for one node. */
export interface Consent {
  /** Leases on it may end or move. */
  readonly leases: boolean;
  /** Pods without a controller and volumes on its disk may be lost, and pods that are kept when time is up. */
  readonly data: boolean;
  /** It may be forgotten although the cluster sees it. */
  readonly unreachable: boolean;
}

/** Environment variable that says what may be lost when nodes are removed. */
export const CONSENT_VARIABLE = "PULUMI_AKASH_ALLOW";

const KINDS = ["leases", "data", "unreachable"] as const;

/**
 * Reads what was agreed to, for example `leases:garage-b,data:garage-b`; `leases:*` is every node. It is not part of
 * the declaration: a node that is removed is no longer in it, and consent is for one run.
 */
export function consentFor(node: string, env: Readonly<Record<string, string | undefined>>): Consent {
  const given = (env[CONSENT_VARIABLE] ?? "").split(",").map((item) => item.trim());
  const agreed = (kind: (typeof KINDS)[number]) =>
    given.includes(`${kind}:${node}`) || given.includes(`${kind}:*`);
  return { leases: agreed("leases"), data: agreed("data"), unreachable: agreed("unreachable") };
}

/** How to agree, for error texts. */
export function howToAllow(kind: (typeof KINDS)[number], node: string): string {
  return `${CONSENT_VARIABLE}=${kind}:${node}`;
}
