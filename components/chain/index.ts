export { type ChainConnection, type ChainOptions, openChain } from "./client.ts";
export { checkEndpoint, maxLagMs } from "./endpoints.ts";
export * from "./errors.ts";
export * from "./funding.ts";
export { publicNetworks, resolveNetwork } from "./networks.ts";
export { ProviderRegistration, type ProviderRegistrationArgs } from "./ProviderRegistration.ts";
export { submit } from "./submit.ts";
export type * from "./types.ts";
export { checkWebsocket } from "./websocket.ts";
