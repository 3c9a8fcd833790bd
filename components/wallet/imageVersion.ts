import { firstProviderWithProtoKeyring } from "./errors.ts";

/**
 * Whether a provider release reads a keyring of protobuf records.
 *
 * @param imageVersion a release (`0.16.2`, `v0.16.2`) or an image reference that ends in one; a tag that is no
 *   release, such as `main`, is taken for a recent one
 */
export function imageReadsProtoKeyring(imageVersion: string): boolean {
  const version = /(?:^|:)v?(\d+)\.(\d+)(?:\.\d+)?(?:[-+][\w.+-]+)?(?:@sha256:\w+)?$/.exec(imageVersion);
  if (!version) return true;
  const [major = 0, minor = 0] = version.slice(1).map(Number);
  const [firstMajor = 0, firstMinor = 0] = firstProviderWithProtoKeyring.split(".").map(Number);
  return major > firstMajor || (major === firstMajor && minor >= firstMinor);
}
