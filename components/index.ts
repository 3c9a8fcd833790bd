/**
 * What programs import from `pulumi-akash`: the whole site, its parts for programs of their own, and the
 * errors with which reading a site may fail.
 */
export {
  AkashCrds,
  type AkashCrdsArgs,
  AkashNamespaces,
  type AkashNamespacesArgs,
  AkashProvider,
  type AkashProviderArgs,
  HostnameOperator,
  type HostnameOperatorArgs,
  IncompatibleProvider,
  type IngressMode,
  InventoryOperator,
  type InventoryOperatorArgs,
  IpOperator,
  type IpOperatorArgs,
  LeaseBoundary,
  type LeaseBoundaryArgs,
  LeaseGuard,
  type LeaseGuardArgs,
  type LeaseIsolation,
  type MonitorSettings,
  type Overcommit,
  PROVIDER_VERSION,
  type Pricing,
  type Resources,
  UnsupportedSetting,
} from "./akash/index.ts";
export {
  Certificate,
  type CertificateArgs,
  CertificateRevocation,
  type CertificateRevocationArgs,
  ChainError,
  type NetworkConfig,
  type NetworkReference,
  ProviderRegistration,
  type ProviderRegistrationArgs,
} from "./chain/index.ts";
export { ArtefactMissing, ensureCrds } from "./charts/index.ts";
export { type ClusterAccess, ClusterError } from "./cluster/index.ts";
export {
  CloudflareRecords,
  type CloudflareRecordsArgs,
  CredentialMissing,
  CredentialSecret,
  type CredentialSecretArgs,
  type CredentialSource,
  type DnsConfig,
  DnsError,
  type DnsRecord,
  type DnsRecordArgs,
  DynamicAddress,
  type DynamicAddressArgs,
  dnsRecords,
  ManualRecords,
  type ManualRecordsArgs,
  Rfc2136Records,
  type Rfc2136RecordsArgs,
  SiteDns,
  type SiteDnsArgs,
} from "./dns/index.ts";
export { GpuSupport, type GpuSupportArgs } from "./gpu/index.ts";
export {
  type HostAddress,
  HostError,
  type HostFacts,
  HostPreparation,
  type HostPreparationArgs,
  inspectHosts,
  type PreparationOptions,
  preflightHosts,
  preparationOf,
  readHostFacts,
} from "./hosts/index.ts";
export {
  ClassicIngress,
  type ClassicIngressArgs,
  type Dns01Solver,
  GatewayIngress,
  type GatewayIngressArgs,
  type IngressArgs,
  SiteTls,
  type SiteTlsArgs,
  type TlsArgs,
  type TlsIssuer,
} from "./ingress/index.ts";
export {
  K3sCluster,
  type K3sClusterArgs,
  K3sError,
  type K3sMachine,
  K3sNode,
  type K3sNodeArgs,
  type K3sOptions,
  Kubeconfig,
  type KubeconfigArgs,
  observeCluster,
  planCluster,
  planSteps,
  restoreSnapshot,
  takeSnapshot,
} from "./k3s/index.ts";
export {
  explained,
  type ObservedSite,
  observeSite,
  ProviderSite,
  type ProviderSiteArgs,
  parseSiteConfig,
  type SiteConfig,
  SiteConfigError,
  type SiteDeclaration,
  SiteNotBuildable,
  siteOutputs,
} from "./site/index.ts";
export { type LeaseStorageClass, StorageClasses, type StorageClassesArgs } from "./storage/index.ts";
export { type VersionSet, type Versions, versionPlan, versionSet } from "./versions/index.ts";
export {
  KeyringFormatTooNew,
  KeyringSecret,
  type KeyringSecretArgs,
  WalletError,
  type WalletSource,
} from "./wallet/index.ts";
