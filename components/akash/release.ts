import type * as pulumi from "@pulumi/pulumi";
import type { IngressMode } from "./environment/settings.ts";
import { GATEWAY_NAME, GATEWAY_NAMESPACE } from "./names.ts";

/** What all operators and the provider take. */
export interface ReleaseArgs {
  /** Provider release without `v`. Default: the pinned one. */
  readonly version?: string;
  /** Image instead of the release's own, for a mirror. */
  readonly image?: pulumi.Input<string>;
}

/** How leases are reached. */
export interface IngressArgs {
  /** Routes of a Gateway, or Ingress objects of ingress-nginx. Default: `gateway`. */
  readonly ingressMode?: IngressMode;
  /** Gateway that leases attach to. Default: `akash-gateway` in the namespace of that name. */
  readonly gateway?: { readonly name: string; readonly namespace: string };
}

/** Seconds until a workload counts as failed: the image is 300 MB and is pulled first. */
export const WORKLOAD_TIMEOUTS = { create: "10m", update: "10m", delete: "5m" };

export function ingressOf(args: IngressArgs): Required<IngressArgs> {
  return {
    ingressMode: args.ingressMode ?? "gateway",
    gateway: args.gateway ?? { name: GATEWAY_NAME, namespace: GATEWAY_NAMESPACE },
  };
}
