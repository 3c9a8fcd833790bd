export { type ChainOptions, chainStatus, startChain, stopChain } from "./chain/chain.ts";
export type { GenesisAccount } from "./chain/genesis.ts";
export { type ClusterOptions, clusterStatus, startCluster, stopCluster } from "./cluster/cluster.ts";
export * from "./errors.ts";
export { identify, startedWith, startOf } from "./processes.ts";
export { ensureEmbedded, readEmbedded, statusEmbedded, stopEmbedded } from "./services.ts";
export type {
  ChainService,
  ClusterService,
  EmbeddedServices,
  ProgramStatus,
  StartOptions,
} from "./types.ts";
