import type * as pulumi from "@pulumi/pulumi";

/** Type tokens of Kubernetes objects, as opposed to charts and files of them. */
const OBJECT = /^kubernetes:(?!helm\.sh|yaml|kustomize)/;

/**
 * Marks every Kubernetes object of the site as ours alone: a field somebody edited by hand is then a change that
 * `up` takes back, not a conflict that stops it (server-side apply, pulumi/pulumi-kubernetes#2491).
 */
export const forcePatches: pulumi.ResourceTransformation = ({ type, props, opts }) => {
  if (!OBJECT.test(type)) return undefined;
  const metadata = props["metadata"] ?? {};
  const annotations = { ...metadata.annotations, "pulumi.com/patchForce": "true" };
  return { props: { ...props, metadata: { ...metadata, annotations } }, opts };
};
