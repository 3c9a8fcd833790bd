export type { IngressArgs } from "./args.ts";
export { ClassicIngress, type ClassicIngressArgs } from "./ClassicIngress.ts";
export { GatewayIngress, type GatewayIngressArgs } from "./GatewayIngress.ts";
export { gatewayName, gatewayNamespace, ingressClassName } from "./names.ts";
export { SiteTls, type SiteTlsArgs, type TlsArgs } from "./SiteTls.ts";
export type { Dns01Solver, IngressMode, TlsIssuer } from "./tlsObjects.ts";
