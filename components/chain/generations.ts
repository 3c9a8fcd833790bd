import type { Generation } from "./types.ts";

/** Where one generation keeps what a provider needs: protobuf package names. */
export interface GenerationNames {
  readonly provider: string;
  readonly certificate: string;
  readonly audit: string;
  readonly market: string;
  /** A query path that exists from this generation on and in none before it. */
  readonly probe: string;
}

/**
 * One row for each message generation, newest first. The messages used here have the same fields in all of
 * them (proto files of akash-api v0.0.82 and chain-sdk), so an upgrade of the chain is a row of this table.
 */
export const generations: Readonly<Record<Generation, GenerationNames>> = {
  v2: {
    provider: "akash.provider.v1beta4",
    certificate: "akash.cert.v1",
    audit: "akash.audit.v1",
    market: "akash.market.v1beta5",
    probe: "/akash.bme.v1.Query/Params",
  },
  v1: {
    provider: "akash.provider.v1beta4",
    certificate: "akash.cert.v1",
    audit: "akash.audit.v1",
    market: "akash.market.v1beta5",
    probe: "/akash.provider.v1beta4.Query/Provider",
  },
  "v0.38": {
    provider: "akash.provider.v1beta3",
    certificate: "akash.cert.v1beta3",
    audit: "akash.audit.v1beta3",
    market: "akash.market.v1beta4",
    probe: "/akash.provider.v1beta3.Query/Provider",
  },
};

/** An application answers a path it does not serve with this; any other answer means that it serves it. */
export function isUnknownPath(answer: { readonly code: number; readonly log: string }): boolean {
  return answer.code === 6 && answer.log.includes("unknown query path");
}

/** What a node says of itself through the JSON-RPC method `akash`, as far as its release answers it. */
export interface NodeVersions {
  readonly client_info?: { readonly api_version?: string };
  readonly supported_versions?: readonly { readonly modules?: readonly { readonly module: string }[] }[];
}

/** The generation a node's answer proves; undefined where it leaves more than one. */
export function statedGeneration(versions: NodeVersions): Generation | undefined {
  const modules = (versions.supported_versions ?? []).flatMap((version) => version.modules ?? []);
  if (modules.some(({ module }) => module === "bme")) return "v2";
  return versions.client_info?.api_version === "v1beta2" ? "v0.38" : undefined;
}

/**
 * The newest generation whose probe a chain serves; for nodes that do not state it.
 *
 * @param serves whether the application serves a query path
 */
export async function probeGeneration(
  serves: (path: string) => Promise<boolean>,
): Promise<Generation | undefined> {
  for (const generation of Object.keys(generations) as Generation[]) {
    if (await serves(generations[generation].probe)) return generation;
  }
  return undefined;
}
