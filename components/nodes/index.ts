export { addressOf, nameOfNode } from "./machines.ts";
export { SiteNodes, type SiteNodesArgs } from "./SiteNodes.ts";
export type { DeclaredNode, HostSettings, NodesDeclaration, ObservedNodes, SiteMachine } from "./types.ts";
