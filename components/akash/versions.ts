import { loadPins } from "../../toolchain/pins.ts";

const images = loadPins().images;

/**
 * The one version of everything that comes from Akash's provider repository, as `toolchain/pins.json` has it:
 * provider, operators and the custom resource definitions move together or not at all.
 */
export const PROVIDER_VERSION = pinned("akash-provider").version;

/** Version of Akash's official charts whose environment `environment/` answers for. */
export const CHART_VERSION = "19.0.2";

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
 */
export function akashImages(version: string = PROVIDER_VERSION): AkashImages {
  return {
    provider: `${pinned("akash-provider").image}:${version}`,
    attestationSidecar: `${pinned("akash-attestation-sidecar").image}:${version}`,
  };
}

function pinned(name: string): { readonly version: string; readonly image: string } {
  const { version, image } = images[name] ?? {};
  if (version === undefined || image === undefined) {
    throw new Error(`toolchain/pins.json has no image ${name}. Add its version and reference.`);
  }
  return { version, image };
}
