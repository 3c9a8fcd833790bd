export { apiServerArguments, EVICTION_SECONDS } from "./apiServer.ts";
export { API_PORT, DATA_DIR, type Datastore, type NodeRole } from "./binary.ts";
export { type ConfigNode, type K3sConfig, nodeConfig } from "./config.ts";
export * from "./errors.ts";
export { K3sCluster, type K3sClusterArgs } from "./K3sCluster.ts";
export { K3sNode, type K3sNodeArgs } from "./K3sNode.ts";
export { Kubeconfig, type KubeconfigArgs } from "./Kubeconfig.ts";
export { apiHost, apiUrl, nodeNameOf, siteFolder, siteKubeconfigPath, snapshotKeyPath } from "./names.ts";
export type { NodeInputs, NodeSnapshots } from "./nodeInputs.ts";
export { type ObserveClusterOptions, observeCluster, type PossibleNode } from "./observeCluster.ts";
export {
  type ClusterPlan,
  defaultVersion,
  knownVersions,
  planCluster,
  type RunningCluster,
} from "./planCluster.ts";
export { CONSENT_VARIABLE } from "./removal/consent.ts";
export { planRoles, type RoleCandidate, type RolePlan } from "./roles.ts";
export { ensureRuntimeKnown, type RuntimeKnown } from "./runtime.ts";
export { findServers } from "./servers.ts";
export { type RestoreOptions, restoreSnapshot, type Snapshot, takeSnapshot } from "./snapshots.ts";
export { type NodeSteps, planSteps, stepsOfCreate, stepsOfDelete, stepsOfUpdate } from "./steps.ts";
export type { K3sMachine, K3sOptions, Registries, SnapshotOptions } from "./types.ts";
export { checkUpgrade, compareVersions } from "./versions.ts";
