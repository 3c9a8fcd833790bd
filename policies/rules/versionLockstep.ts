import { compareVersions } from "../../components/akash/compareVersions.ts";
import { tagOf } from "../../components/versions/observed.ts";
import { akashContainers, isKind, metadataOf } from "../kubernetes.ts";
import type { DeclaredResource, Rule } from "../types.ts";
import { text } from "../values.ts";

/** Label that says of which provider release a definition is. */
const RELEASE = "app.kubernetes.io/version";

/**
 * Provider and operators carry one release, and the custom resources' definitions are no older.
 *
 * Severity: high. The three talk to each other through custom resources and unversioned HTTP. A definition older than
 * the provider makes the API server drop the fields it does not know from leases' manifests, without a word. Remedy:
 * one version for all, `versions` or `provider.version` of the site.
 */
export const versionLockstep: Rule = {
  name: "version-lockstep",
  severity: "high",
  enforcement: "mandatory",
  demand: "Provider and operators are of one release, and the definitions of custom resources no older.",
  reason: "The API server silently drops what an older definition does not know from leases' manifests.",
  remedy: "Set the site's `versions`, or `provider.version`, and leave each part's own version out.",
  appliesTo: (resource) => releaseOf(resource) !== undefined,
  findings(resource, { declared }) {
    const own = releaseOf(resource) ?? "";
    return declared.flatMap((other) => {
      const theirs = other.urn === resource.urn ? undefined : releaseOf(other);
      if (theirs === undefined || theirs === own) return [];
      const [definition, workload] = [isDefinition(resource), isDefinition(other)];
      if (definition && workload) return [`its release is ${own}, and that of ${other.name} is ${theirs}`];
      if (definition)
        return older(own, theirs, `it is of release ${own}, older than ${other.name}, ${theirs}`);
      if (workload)
        return older(theirs, own, `it runs release ${own}, and ${other.name} is of the older ${theirs}`);
      return [`it runs release ${own}, and ${other.name} runs ${theirs}`];
    });
  },
};

const older = (left: string, right: string, finding: string): string[] =>
  compareVersions(left, right) < 0 ? [finding] : [];

const isDefinition = (resource: DeclaredResource): boolean =>
  isKind(resource, "CustomResourceDefinition") && /\.akash\.network$/.test(metadataOf(resource).name);

/** Release of the provider's repository that a resource belongs to. */
function releaseOf(resource: DeclaredResource): string | undefined {
  if (isDefinition(resource)) return text(metadataOf(resource).labels[RELEASE]);
  return tagOf(akashContainers(resource)[0]?.image);
}
