import { type VersionSet, type Versions, versionSet } from "../versions/sets.ts";
import { expectsGpuOperator, type SiteConfig } from "./config.ts";

/** The set of versions a site is made of, with what it declares by itself. */
export function siteVersions(config: Pick<SiteConfig, "versions" | "provider" | "k3s">): VersionSet {
  const set = versionSet(config.versions);
  return {
    ...set,
    provider: config.provider.version ?? set.provider,
    k3s: config.k3s?.version ?? set.k3s,
  };
}

/** The provider's release, and its image where the site's own registry has it. Every binary of Akash is in that one. */
export function providerRelease(config: Pick<SiteConfig, "versions" | "provider" | "k3s" | "mirror">): {
  readonly version: string;
  readonly image?: string;
} {
  const { provider: version } = siteVersions(config);
  const { images } = config.mirror;
  return { version, ...(images === undefined ? {} : { image: `${images}/provider:${version}` }) };
}

/** Of those, the versions that `up` brings about: K3s and GPU operator only where they are the site's own. */
export function managedVersions(
  config: Pick<SiteConfig, "versions" | "provider" | "k3s" | "nodes" | "gpu">,
): Versions {
  const { provider, k3s, gpuOperator } = siteVersions(config);
  return {
    provider,
    ...(config.nodes === undefined ? {} : { k3s }),
    ...(expectsGpuOperator(config) ? { gpuOperator } : {}),
  };
}
