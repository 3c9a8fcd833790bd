/**
 * The one version of everything that comes from Akash's provider repository: provider, operators and the
 * custom resource definitions move together or not at all.
 */
export const PROVIDER_VERSION = "0.16.2";

/** Version of Akash's official charts whose environment `environment/` answers for. */
export const CHART_VERSION = "19.0.2";

const REGISTRY = "ghcr.io/akash-network";

/** Image references of one release. Every binary of the provider repository is in the first. */
export interface AkashImages {
  /** `provider-services`: provider and all operators. */
  readonly provider: string;
  /** Sidecar for leases in trusted execution environments. */
  readonly attestationSidecar: string;
}

/**
 * Image references for one release.
 *
 * @param version release without `v`, default the pinned one
 * @param mirror registry path to use instead of `ghcr.io/akash-network`, without a trailing slash
 */
export function akashImages(version: string = PROVIDER_VERSION, mirror: string = REGISTRY): AkashImages {
  return {
    provider: `${mirror}/provider:${version}`,
    attestationSidecar: `${mirror}/provider-attestation-sidecar:${version}`,
  };
}
