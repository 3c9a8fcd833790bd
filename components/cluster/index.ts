export { openCluster } from "./cluster.ts";
export * from "./errors.ts";
export type { Cluster, ClusterAccess, ClusterOptions, Method, Secret } from "./types.ts";
