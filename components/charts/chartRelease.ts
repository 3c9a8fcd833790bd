import { Release } from "@pulumi/kubernetes/helm/v3/release.js";
import type * as pulumi from "@pulumi/pulumi";
import { type ChartName, chartSource } from "./sources.ts";

export interface ChartReleaseArgs {
  readonly chart: ChartName;
  /** Name of the Helm release. */
  readonly release: string;
  readonly namespace: pulumi.Input<string>;
  readonly values: pulumi.Input<Record<string, unknown>>;
  /** Folder with the charts, for sites without internet. Default: their official addresses. */
  readonly mirror?: string;
  /** Seconds to wait until all its objects are ready; 0 does not wait. Default: 300. */
  readonly waitSeconds?: number;
}

/**
 * A pinned chart as a Helm release. `helm.v3.Release` and not `helm.v4.Chart`: these charts make their
 * certificates in hooks, which the latter drops (pulumi-kubernetes#3284).
 */
export function chartRelease(
  name: string,
  args: ChartReleaseArgs,
  opts: pulumi.CustomResourceOptions,
): Release {
  const { chart, version } = chartSource(args.chart, args.mirror);
  const { waitSeconds = 300 } = args;
  return new Release(
    name,
    {
      name: args.release,
      chart,
      version,
      namespace: args.namespace,
      values: args.values,
      maxHistory: 5,
      ...(waitSeconds > 0 ? { timeout: waitSeconds } : { skipAwait: true }),
    },
    opts,
  );
}
