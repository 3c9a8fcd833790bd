import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment.js";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import * as pulumi from "@pulumi/pulumi";
import { metadata, NO_AWAIT } from "./metadata.ts";
import { operatorLabels, SERVICES_NAMESPACE } from "./names.ts";
import type { RbacOptions } from "./rbac/types.ts";
import { WORKLOAD_TIMEOUTS } from "./release.ts";
import { ServiceAccess } from "./ServiceAccess.ts";
import { type OperatorSpec, operatorName, operatorPorts, planOperator } from "./workloads/operator.ts";

/** What the three operators have in common: access, Deployment and the Service the provider looks for. */
export abstract class Operator extends pulumi.ComponentResource {
  /** Name of the Service. */
  readonly serviceName: pulumi.Output<string>;

  /**
   * @param type token of the component
   * @param spec what the Deployment is made of
   * @param access what decides the operator's rules
   */
  constructor(
    type: string,
    name: string,
    spec: OperatorSpec<pulumi.Input<string>>,
    access: RbacOptions,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(type, name, {}, opts);
    const { component } = spec;
    const subject = operatorName(component);
    const labels = operatorLabels(component);
    const account = new ServiceAccess(`${name}-access`, { subject, options: access }, { parent: this });
    new Deployment(
      `${name}-deployment`,
      {
        metadata: metadata(subject, { namespace: SERVICES_NAMESPACE, labels }),
        spec: planOperator(spec),
      },
      { parent: this, dependsOn: [account], customTimeouts: WORKLOAD_TIMEOUTS },
    );
    const service = new Service(
      `${name}-service`,
      {
        metadata: metadata(subject, { namespace: SERVICES_NAMESPACE, labels, annotations: NO_AWAIT }),
        spec: { type: "ClusterIP", selector: labels, ports: operatorPorts(component) },
      },
      { parent: this },
    );
    this.serviceName = service.metadata.name;
    this.registerOutputs({ serviceName: this.serviceName });
  }
}
