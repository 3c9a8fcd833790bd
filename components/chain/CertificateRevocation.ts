import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic/index.ts";
import type { WalletSource } from "../wallet/types.ts";
import type { NetworkReference } from "./types.ts";

export interface CertificateRevocationArgs {
  /** Chain that the certificates are on. */
  readonly network: NetworkReference;
  /** Where the key that signs comes from; read only when there is something to revoke. */
  readonly wallet: WalletSource;
  /** Address of the certificates' owner, `akash1…`. */
  readonly owner: pulumi.Input<string>;
  /** Name or IP address that tenants connect to; when it changes, those for the former one are revoked too. */
  readonly host: pulumi.Input<string>;
  /** Serial of the certificate in use: `Certificate.serial`. */
  readonly keep: pulumi.Input<string>;
}

/**
 * Revokes the certificates that the one in use has taken the place of, in one transaction.
 *
 * Let it depend on the provider, so that nothing is revoked that is still served with. Valid certificates of
 * the owner for the host besides the one to keep are drift (`superseded`); while that one is not valid
 * itself, nothing is revoked.
 *
 * @example
 * new CertificateRevocation(
 *   "revocation",
 *   { network, wallet, owner, host, keep: certificate.serial },
 *   { dependsOn: [provider] },
 * );
 */
export class CertificateRevocation extends DynamicResource {
  /** The wallet, `akash1…`. */
  declare readonly owner: pulumi.Output<string>;
  /** Name or IP address that tenants connect to. */
  declare readonly host: pulumi.Output<string>;
  /** Serial of the certificate in use, decimal. */
  declare readonly keep: pulumi.Output<string>;
  /** Serials that should no longer be valid and are; empty after `up`. */
  declare readonly superseded: pulumi.Output<string[]>;

  constructor(name: string, args: CertificateRevocationArgs, opts?: pulumi.CustomResourceOptions) {
    const { network, wallet, owner, host, keep } = args;
    super(
      "chain:CertificateRevocation",
      "chain/certificateRevocationProvider",
      name,
      { network, wallet, owner, host, keep, superseded: [] },
      [],
      opts,
    );
  }
}
