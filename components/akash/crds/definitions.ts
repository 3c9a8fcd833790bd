import { leaseId, manifestV2beta1, manifestV2beta2 } from "./manifest.ts";
import { integer, object, type Schema, text } from "./schema.ts";

const CRD_GROUP = "akash.network";

/** A CustomResourceDefinition as the API server takes it. */
export interface CustomResourceDefinition {
  readonly metadata: {
    readonly name: string;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly group: string;
    readonly scope: "Namespaced";
    readonly names: {
      readonly plural: string;
      readonly singular: string;
      readonly kind: string;
      readonly shortNames: string[];
    };
    readonly versions: {
      readonly name: string;
      readonly served: boolean;
      readonly storage: boolean;
      readonly schema: { readonly openAPIV3Schema: Schema };
    }[];
  };
}

const providerHost = object({
  service_name: text,
  external_port: integer,
  hostname: text,
  owner: text,
  provider: text,
  dseq: integer,
  gseq: integer,
  oseq: integer,
});

const providerLeasedIp = object({
  lease_id: leaseId,
  service_name: text,
  port: integer,
  external_port: integer,
  protocol: text,
  sharing_key: text,
});

/** The definitions of provider release 0.16.2 (`pkg/apis/akash.network/crd.yaml`). */
export const CRDS: readonly CustomResourceDefinition[] = [
  define("Manifest", "manifests", "mani", manifestV2beta2, manifestV2beta1),
  define("ProviderHost", "providerhosts", "ph", providerHost),
  define("ProviderLeasedIP", "providerleasedips", "plip", providerLeasedIp),
];

/** v2beta2 is what is stored; v2beta1 is still named so that an older cluster's definition can be updated. */
function define(
  kind: string,
  plural: string,
  shortName: string,
  current: Schema,
  previous: Schema = current,
): CustomResourceDefinition {
  return {
    metadata: {
      name: `${plural}.${CRD_GROUP}`,
      // Helm must not delete running leases' manifests when a chart that once owned this is removed.
      annotations: { "helm.sh/resource-policy": "keep" },
    },
    spec: {
      group: CRD_GROUP,
      scope: "Namespaced",
      names: { plural, singular: kind.toLowerCase(), kind, shortNames: [shortName] },
      versions: [
        { name: "v2beta2", served: true, storage: true, schema: specSchema(current) },
        { name: "v2beta1", served: false, storage: false, schema: specSchema(previous) },
      ],
    },
  };
}

function specSchema(spec: Schema): { readonly openAPIV3Schema: Schema } {
  return { openAPIV3Schema: object({ spec }) };
}
