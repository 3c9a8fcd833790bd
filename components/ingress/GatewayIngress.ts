import { CustomResource, type CustomResourceArgs } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import * as pulumi from "@pulumi/pulumi";
import type { IngressArgs } from "./args.ts";
import { entrancePolicy } from "./entrancePolicy.ts";
import { GatewayCrds } from "./GatewayCrds.ts";
import { GatewayFabric } from "./GatewayFabric.ts";
import { gatewayListeners, gatewayPolicies, providerRoutes } from "./gatewayObjects.ts";
import { akashLabel, gatewayName, gatewayNamespace, ownedExclusively, provider } from "./names.ts";
import { SiteTls } from "./SiteTls.ts";

export interface GatewayIngressArgs extends IngressArgs {
  /**
   * `install` declares the Gateway API's CRDs from the cache that `ensureCrds` fills; `existing` where the
   * cluster has them. Default: `install`.
   */
  readonly crds?: "install" | "existing";
  /** Namespace of the provider's Service, where its routes are. Default: `akash-services`. */
  readonly providerNamespace?: pulumi.Input<string>;
}

/**
 * The way in by the Gateway API: the Gateway `akash-gateway`, the provider's routes, and, with
 * `controller: chart`, NGINX Gateway Fabric and cert-manager.
 */
export class GatewayIngress extends pulumi.ComponentResource {
  /** The Gateway that routes are attached to. */
  readonly gateway: { readonly name: string; readonly namespace: string };
  /** Secret in the provider's namespace with its certificate for browsers, where an authority signs one. */
  readonly providerTlsSecret: string | undefined;

  constructor(name: string, args: GatewayIngressArgs, opts?: pulumi.ComponentResourceOptions) {
    super("akash:ingress:GatewayIngress", name, {}, opts);
    const { domain, controller = "chart", retain = true, tls, providerNamespace = provider.namespace } = args;
    const parent = { parent: this };
    const namespace = new Namespace(
      `${name}-namespace`,
      {
        metadata: {
          name: gatewayNamespace,
          labels: { ...akashLabel, "akash.network/name": gatewayNamespace },
          annotations: ownedExclusively,
        },
      },
      { ...parent, retainOnDelete: retain && controller === "none" },
    );
    new NetworkPolicy(`${name}-network`, entrancePolicy(namespace.metadata.name), parent);
    const before: pulumi.Resource[] = [namespace];
    if (args.crds !== "existing")
      before.push(new GatewayCrds(`${name}-crds`, { controller, retain }, parent));
    if (controller === "chart") {
      before.push(new GatewayFabric(`${name}-fabric`, args, { ...parent, dependsOn: [...before] }));
    }
    const object = (suffix: string, spec: CustomResourceArgs, dependsOn: pulumi.Resource[]) =>
      new CustomResource(`${name}-${suffix}`, spec, { ...parent, dependsOn });
    const metadata = { namespace: namespace.metadata.name, annotations: ownedExclusively };

    const gateway = object(
      "gateway",
      {
        apiVersion: "gateway.networking.k8s.io/v1",
        kind: "Gateway",
        metadata: { ...metadata, name: gatewayName, labels: akashLabel },
        spec: { gatewayClassName: "nginx", listeners: gatewayListeners(domain) },
      },
      before,
    );
    for (const route of providerRoutes()) {
      object(
        route.name,
        {
          apiVersion: "gateway.networking.k8s.io/v1alpha2",
          kind: "TCPRoute",
          metadata: { name: route.name, namespace: providerNamespace, annotations: ownedExclusively },
          spec: route.spec,
        },
        [gateway],
      );
    }
    for (const { kind, name: policy, spec } of controller === "chart" ? gatewayPolicies() : []) {
      const apiVersion = "gateway.nginx.org/v1alpha1";
      object(policy, { apiVersion, kind, metadata: { ...metadata, name: policy }, spec }, [gateway]);
    }
    const certificates =
      controller === "chart" || tls !== undefined
        ? new SiteTls(
            `${name}-tls`,
            { ...args, certManager: controller, ...tls, mode: "gateway" },
            { ...parent, dependsOn: before },
          )
        : undefined;
    this.gateway = { name: gatewayName, namespace: gatewayNamespace };
    this.providerTlsSecret = certificates?.providerSecret;
    this.registerOutputs({ gateway: this.gateway, providerTlsSecret: this.providerTlsSecret });
  }
}
