import {
  CustomResourceDefinition,
  type CustomResourceDefinitionArgs,
} from "@pulumi/kubernetes/apiextensions/v1/customResourceDefinition.js";
import * as pulumi from "@pulumi/pulumi";
import { cachedCrds } from "../charts/index.ts";
import { isNeededCrd } from "./gatewayObjects.ts";
import { ownedExclusively } from "./names.ts";

export interface GatewayCrdsArgs {
  /** Whether a controller watches them; without one only those that are used are declared. */
  readonly controller: "chart" | "none";
  /** Keep them, and with them every Gateway and route of the cluster, when this is destroyed. */
  readonly retain: boolean;
}

/** The Gateway API's CRDs, experimental channel, for TCPRoute; from the cache that `ensureCrds` fills. */
export class GatewayCrds extends pulumi.ComponentResource {
  constructor(name: string, args: GatewayCrdsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("akash:ingress:GatewayCrds", name, {}, opts);
    for (const { metadata, spec } of cachedCrds("gateway-api")) {
      if (!isNeededCrd(metadata.name, args.controller)) continue;
      new CustomResourceDefinition(
        `${name}-${metadata.name.split(".")[0]}`,
        {
          metadata: { ...metadata, annotations: { ...metadata.annotations, ...ownedExclusively } },
          spec: spec as unknown as CustomResourceDefinitionArgs["spec"],
        },
        { parent: this, retainOnDelete: args.retain },
      );
    }
    this.registerOutputs({});
  }
}
