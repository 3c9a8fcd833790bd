import { clientVariables } from "./providerClient.ts";
import { clusterVariables } from "./providerCluster.ts";
import { marketVariables } from "./providerMarket.ts";
import { PROVIDER_OMITTED } from "./providerOmitted.ts";
import type { ProviderSettings } from "./settings.ts";
import type { Variable } from "./types.ts";

/**
 * Every variable of the provider chart's pod and what becomes of it, and the ones the chart lacks. The binary
 * takes a flag from `AP_<FLAG>` or `AKASH_<FLAG>`; all of ours carry `AP_`. The chart's names come from the
 * templates of charts/akash-provider 19.0.2; file names without another mark are those of the provider module.
 */
export function providerVariables<Text>(): readonly Variable<ProviderSettings<Text>, Text>[] {
  return [
    ...clientVariables<Text>(),
    ...clusterVariables<Text>(),
    ...marketVariables<Text>(),
    ...PROVIDER_OMITTED,
  ];
}
