import type * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../cluster/index.ts";
import { DynamicResource } from "../dynamic/index.ts";
import type { CredentialSource } from "./credentialProvider.ts";

export interface CredentialSecretArgs {
  /** How to reach the cluster. */
  readonly cluster: pulumi.Input<ClusterAccess>;
  /** Namespace of the Secret; it must be there. */
  readonly namespace: pulumi.Input<string>;
  /** Name of the Secret. */
  readonly secretName: string;
  /** Where each key of the Secret comes from. */
  readonly values: Readonly<Record<string, CredentialSource>>;
}

/**
 * A Secret with a credential that parts of the cluster use to change DNS records. The credential is read from
 * the environment or a file when the Secret is written; the state holds a checksum.
 */
export class CredentialSecret extends DynamicResource {
  /** Name of the Secret. */
  declare readonly secretName: pulumi.Output<string>;

  constructor(name: string, args: CredentialSecretArgs, opts?: pulumi.CustomResourceOptions) {
    const { cluster, namespace, secretName, values } = args;
    super(
      "dns:CredentialSecret",
      "dns/credentialProvider",
      name,
      { cluster, namespace, secretName, values },
      ["checksum"],
      opts,
    );
  }
}
