import { ValidatingAdmissionPolicy } from "@pulumi/kubernetes/admissionregistration/v1/validatingAdmissionPolicy.js";
import { ValidatingAdmissionPolicyBinding } from "@pulumi/kubernetes/admissionregistration/v1/validatingAdmissionPolicyBinding.js";
import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import * as pulumi from "@pulumi/pulumi";
import { metadata } from "../metadata.ts";
import { leaseExceptions, requireExceptions } from "./addresses.ts";
import { type BoundaryOptions, LEASE_BOUNDARY, type PolicySpec, planLeaseBoundary } from "./admission.ts";
import {
  LEASE_EGRESS,
  type MutatingAdmissionVersion,
  planEgressCheck,
  planEgressMutation,
} from "./leaseEgress.ts";

export interface LeaseBoundaryArgs extends BoundaryOptions {
  /**
   * Networks of the site that leases must not reach, besides private and shared address space. Needs
   * `mutatingAdmission`. Default: none.
   */
  readonly lan?: readonly string[];
  /**
   * Version in which the API server offers mutating admission policies. Default: none, and then leases are kept
   * out of RFC 1918 alone, which is what the provider does by itself.
   */
  readonly mutatingAdmission?: MutatingAdmissionVersion;
}

/** What a lease cannot reach over the network. */
export type LeaseIsolation = "private-and-shared" | "private";

/**
 * The boundary around leases, as admission policies of the API server: provider and operators change nothing
 * outside leases' namespaces, and a lease's network policy excepts the site's networks, 100.64.0.0/10 and other
 * ranges that are not the internet.
 *
 * @example
 * new LeaseBoundary("garage-boundary", { lan: ["198.51.100.0/24"], mutatingAdmission: "v1" });
 */
export class LeaseBoundary extends pulumi.ComponentResource {
  /** How far leases are kept from the site's networks. */
  readonly isolation: LeaseIsolation;

  /** @throws {UnsupportedSetting} networks that are none, or that this API server cannot keep leases from */
  constructor(name: string, args: LeaseBoundaryArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("akash:akash:LeaseBoundary", name, {}, opts);
    const exceptions = leaseExceptions(args.lan);
    requireExceptions(args);
    this.#validate(`${name}-boundary`, LEASE_BOUNDARY, planLeaseBoundary(args));
    if (args.mutatingAdmission !== undefined) {
      this.#mutate(name, args.mutatingAdmission, exceptions);
      this.#validate(`${name}-egress-check`, LEASE_EGRESS, planEgressCheck(exceptions));
    }
    this.isolation = args.mutatingAdmission === undefined ? "private" : "private-and-shared";
    this.registerOutputs({ isolation: this.isolation });
  }

  #validate(name: string, policyName: string, spec: PolicySpec): void {
    const policy = new ValidatingAdmissionPolicy(
      name,
      { metadata: metadata(policyName), spec },
      { parent: this },
    );
    new ValidatingAdmissionPolicyBinding(
      `${name}-binding`,
      {
        metadata: metadata(policyName),
        spec: { policyName: policy.metadata.name, validationActions: ["Deny"] },
      },
      { parent: this },
    );
  }

  #mutate(name: string, version: MutatingAdmissionVersion, exceptions: readonly string[]): void {
    const apiVersion = `admissionregistration.k8s.io/${version}`;
    const policy = new CustomResource(
      `${name}-egress`,
      {
        apiVersion,
        kind: "MutatingAdmissionPolicy",
        metadata: metadata(LEASE_EGRESS),
        spec: planEgressMutation(exceptions),
      },
      { parent: this },
    );
    new CustomResource(
      `${name}-egress-binding`,
      {
        apiVersion,
        kind: "MutatingAdmissionPolicyBinding",
        metadata: metadata(LEASE_EGRESS),
        spec: { policyName: policy.metadata.name },
      },
      { parent: this },
    );
  }
}
