export { AkashCrds, type AkashCrdsArgs } from "./AkashCrds.ts";
export { AkashNamespaces, type AkashNamespacesArgs } from "./AkashNamespaces.ts";
export { AkashProvider, type AkashProviderArgs } from "./AkashProvider.ts";
export { mutatingAdmissionVersion } from "./boundary/detect.ts";
export { LeaseBoundary, type LeaseBoundaryArgs, type LeaseIsolation } from "./boundary/LeaseBoundary.ts";
export type { MutatingAdmissionVersion } from "./boundary/leaseEgress.ts";
export {
  type Compatibility,
  checkCompatibility,
  IncompatibleProvider,
  PROVIDER_RANGES,
  type UpgradeNeeds,
  upgradeNeeds,
} from "./compatibility.ts";
export type { IngressMode, MarketSettings, MonitorSettings, Overcommit } from "./environment/settings.ts";
export { UnsupportedSetting } from "./errors.ts";
export { HostnameOperator, type HostnameOperatorArgs } from "./HostnameOperator.ts";
export { InventoryOperator, type InventoryOperatorArgs } from "./InventoryOperator.ts";
export { IpOperator, type IpOperatorArgs } from "./IpOperator.ts";
export { LeaseGuard, type LeaseGuardArgs } from "./LeaseGuard.ts";
export { LeasesRunning, type RunningLease, requireNoLeases, runningLeases } from "./leases.ts";
export {
  GATEWAY_NAME,
  GATEWAY_NAMESPACE,
  LEASE_NAMESPACE,
  PORTS,
  PROVIDER_NAME,
  SERVICES_NAMESPACE,
} from "./names.ts";
export type { Pricing } from "./pricing/prices.ts";
export { type AkashImages, akashImages, CHART_VERSION, PROVIDER_VERSION } from "./versions.ts";
export type { Resources } from "./workloads/pod.ts";
