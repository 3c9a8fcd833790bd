import { containersOf, hasPods, isKind } from "../kubernetes.ts";
import type { DeclaredResource, Rule, RuleContext } from "../types.ts";
import { text, texts } from "../values.ts";

/** Where the images of a site come from; `allowed` in the rule's settings adds others, such as a mirror. */
const REGISTRIES: readonly string[] = [
  "ghcr.io/akash-network",
  "ghcr.io/nginx",
  "docker.io/curlimages",
  "docker.io/rancher",
  "docker.io/rook",
  "nvcr.io/nvidia",
  "quay.io/cephcsi",
  "quay.io/ceph",
  "quay.io/jetstack",
  "registry.k8s.io",
];

/** A version in full, or with a suffix, as opposed to a tag that moves: 0.16.2, v1.34.3-k3s1, 8.16. */
const EXACT_TAG = /^v?\d+\.\d+([.\-_+][\w.\-+]*)?$/;

/**
 * Images and charts are pinned, and come from registries that are known.
 *
 * Severity: high. A tag that moves changes what runs beside the wallet's key without anybody having decided it, and
 * makes a rollback impossible. Remedy: a full version or a digest; for a mirror, its registry in `mirror.images`.
 */
export const pinnedImages: Rule = {
  name: "pinned-images",
  severity: "high",
  enforcement: "mandatory",
  demand: "Images have a full version or a digest and come from a known registry, and charts have a version.",
  reason:
    "What a moving tag stands for changes without anybody having decided it, and cannot be rolled back.",
  remedy: "Write the version or the digest; name your own registry in `mirror.images`.",
  appliesTo: (resource) => hasPods(resource) || isKind(resource, "Release"),
  findings: (resource, context) =>
    isKind(resource, "Release")
      ? chartFindings(resource)
      : containersOf(resource).flatMap(({ image }) =>
          image === undefined ? [] : imageFindings(image, context),
        ),
};

function imageFindings(image: string, { settings }: RuleContext): string[] {
  const [reference = "", digest] = image.split("@");
  const tag = /:([^:/]+)$/.exec(reference)?.[1];
  const repository = qualified(tag === undefined ? reference : reference.slice(0, -tag.length - 1));
  const known = [...REGISTRIES, ...texts(settings["allowed"]).map(qualified)];
  const foreign = !known.some((registry) => repository === registry || repository.startsWith(`${registry}/`));
  return [
    ...(digest === undefined && tag === undefined ? [`it runs ${image}, which names no version`] : []),
    ...(digest === undefined && tag !== undefined && !EXACT_TAG.test(tag)
      ? [`it runs ${image}, whose tag \`${tag}\` moves`]
      : []),
    ...(foreign ? [`it runs ${image} from a registry that is not known`] : []),
  ];
}

/** An image reference with the registry that is meant where none is named. */
function qualified(reference: string): string {
  const [first = "", ...rest] = reference.split("/");
  if (rest.length > 0 && /[.:]|^localhost$/.test(first)) return reference;
  return `docker.io/${rest.length === 0 ? "library/" : ""}${reference}`;
}

/** A chart that is a file or an address of one is pinned by that. */
function chartFindings({ props }: DeclaredResource): string[] {
  const [chart = "", version] = [text(props["chart"]), text(props["version"])];
  if (/\.tgz$/.test(chart) || /^[./]/.test(chart)) return [];
  if (version === undefined) return [`its chart ${chart} has no version`];
  return /^v?\d+\.\d+\.\d+/.test(version) ? [] : [`its chart's version ${version} is a range`];
}
