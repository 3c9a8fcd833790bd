/** What a stack's state has, of the kinds that cannot be told from somebody else's where they are kept. */
export interface Deployed {
  /** Helm releases, as `namespace/name`. */
  readonly releases: readonly string[];
  /** Names of DNS records at Cloudflare. */
  readonly records: readonly string[];
}

/** Of a stack that is yet to be made. */
export const NOTHING_DEPLOYED: Deployed = { releases: [], records: [] };

/** The part of `pulumi stack export` that is looked at. */
export interface StackState {
  readonly deployment: {
    readonly resources?: readonly {
      readonly type: string;
      /** Absent as long as the resource was not made. */
      readonly id?: string;
      readonly inputs?: Readonly<Record<string, unknown>>;
    }[];
  };
}

/** What the state has that was made. */
export function deployedIn({ deployment: { resources = [] } }: StackState): Deployed {
  const made = (type: string) => resources.filter((item) => item.type === type && item.id !== undefined);
  return {
    releases: made("kubernetes:helm.sh/v3:Release").flatMap(({ id }) => id ?? []),
    records: made("cloudflare:index/dnsRecord:DnsRecord").map(({ inputs }) => String(inputs?.["name"])),
  };
}
