import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import { IngressClass } from "@pulumi/kubernetes/networking/v1/ingressClass.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import * as pulumi from "@pulumi/pulumi";
import { chartRelease } from "../charts/index.ts";
import type { IngressArgs } from "./args.ts";
import { ingressNginxValues, webhookPort } from "./controllerValues.ts";
import { entrancePolicy } from "./entrancePolicy.ts";
import { akashLabel, classicNamespace, ingressClassName, ownedExclusively } from "./names.ts";
import { SiteTls } from "./SiteTls.ts";

export interface ClassicIngressArgs extends IngressArgs {}

/**
 * The way in by Ingress objects: the IngressClass `akash-ingress-class` and, with `controller: chart`,
 * ingress-nginx, which also passes the provider's ports 8443 and 8444 through. Its project has ended; new
 * sites take `GatewayIngress`.
 */
export class ClassicIngress extends pulumi.ComponentResource {
  /** Name of the IngressClass. */
  readonly ingressClassName: pulumi.Output<string>;
  /** Secret in the provider's namespace with its certificate for browsers, where an authority signs one. */
  readonly providerTlsSecret: string | undefined;

  constructor(name: string, args: ClassicIngressArgs, opts?: pulumi.ComponentResourceOptions) {
    super("akash:ingress:ClassicIngress", name, {}, opts);
    const { controller = "chart", retain = true, tls } = args;
    const parent = { parent: this };
    const shared = { ...parent, retainOnDelete: retain && controller === "none" };
    const ingressClass = new IngressClass(
      `${name}-class`,
      {
        metadata: { name: ingressClassName, labels: akashLabel, annotations: ownedExclusively },
        spec: { controller: "k8s.io/ingress-nginx" },
      },
      shared,
    );
    const namespace = new Namespace(
      `${name}-namespace`,
      {
        metadata: {
          name: classicNamespace,
          // The lease network policy lets in what comes from a namespace and pods with this label.
          labels: {
            "app.kubernetes.io/name": "ingress-nginx",
            "app.kubernetes.io/instance": "ingress-nginx",
          },
          annotations: ownedExclusively,
        },
      },
      shared,
    );
    new NetworkPolicy(`${name}-network`, entrancePolicy(namespace.metadata.name, webhookPort), parent);
    if (controller === "chart") {
      chartRelease(
        `${name}-controller`,
        {
          chart: "ingress-nginx",
          release: "ingress-nginx",
          namespace: namespace.metadata.name,
          values: ingressNginxValues(args),
          mirror: args.mirror,
          waitSeconds: args.waitSeconds,
        },
        { ...parent, dependsOn: ingressClass },
      );
    }
    const certificates =
      controller === "chart" || tls !== undefined
        ? new SiteTls(
            `${name}-tls`,
            { ...args, certManager: controller, ...tls, mode: "classic" },
            { ...parent, dependsOn: namespace },
          )
        : undefined;
    this.ingressClassName = ingressClass.metadata.name;
    this.providerTlsSecret = certificates?.providerSecret;
    this.registerOutputs({
      ingressClassName: this.ingressClassName,
      providerTlsSecret: this.providerTlsSecret,
    });
  }
}
