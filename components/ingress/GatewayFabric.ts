import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import * as pulumi from "@pulumi/pulumi";
import { chartRelease } from "../charts/index.ts";
import { gatewayFabricValues } from "./controllerValues.ts";

export interface GatewayFabricArgs {
  /** Bind 80, 443, 8443 and 8444 on every node. Default: true. */
  readonly hostPorts?: boolean;
  /** Folder with the chart, for sites without internet. Default: its official address. */
  readonly mirror?: string;
  /** Seconds to wait until it is ready; 0 does not wait. Default: 300. */
  readonly waitSeconds?: number;
}

/** NGINX Gateway Fabric, the controller behind the Gateway. */
export class GatewayFabric extends pulumi.ComponentResource {
  constructor(name: string, args: GatewayFabricArgs, opts?: pulumi.ComponentResourceOptions) {
    super("akash:ingress:GatewayFabric", name, {}, opts);
    const namespace = new Namespace(
      `${name}-namespace`,
      { metadata: { name: "nginx-gateway" } },
      { parent: this },
    );
    chartRelease(
      `${name}-release`,
      {
        chart: "nginx-gateway-fabric",
        release: "ngf",
        namespace: namespace.metadata.name,
        values: gatewayFabricValues(args),
        mirror: args.mirror,
        waitSeconds: args.waitSeconds,
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
