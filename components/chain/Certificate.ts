import type * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../cluster/types.ts";
import { DynamicResource } from "../dynamic/index.ts";
import type { WalletSource } from "../wallet/types.ts";
import { soundCertificate } from "./certificatePlan.ts";
import type { NetworkReference } from "./types.ts";

export interface CertificateArgs {
  /** Chain to publish on. Another chain replaces the certificate. */
  readonly network: NetworkReference;
  /** Where the key that signs and seals comes from; read when it is needed. */
  readonly wallet: WalletSource;
  /** Address that the wallet must have, `akash1…`. Another one replaces the certificate. */
  readonly owner: pulumi.Input<string>;
  /** Name or IP address that tenants connect to, for example `provider.example.com`. Another one renews it. */
  readonly host: pulumi.Input<string>;
  /** Cluster that the provider runs in. Pass a kubeconfig's text as a secret. */
  readonly cluster: pulumi.Input<ClusterAccess>;
  /** Days for which a new certificate is valid; default 365. */
  readonly validDays?: number;
  /** Days before its expiry from which on `up` renews it and `drift` reports it; default 30. */
  readonly renewBeforeDays?: number;
  /**
   * Whether the owner's {@link ProviderRegistration} is declared in the same program: those of a new provider
   * then wait up to 10 s for one another to share a transaction. Default false: they share it by chance.
   */
  readonly withRegistration?: boolean;
}

/**
 * The provider's TLS certificate on chain (`akash.cert`) and its key in the cluster.
 *
 * The key is made here, sealed so that only the wallet can open it, and kept in the Secret
 * `akash-provider-certificate` of `akash-services`, as the file `<owner>.pem` that the provider reads; it is
 * never part of inputs, outputs or state. A renewal stores the new key as `pending.pem`, publishes its
 * certificate, and then lets it take the old one's place; a run that is killed in between is continued by
 * the next one. The superseded certificate stays valid until {@link CertificateRevocation} revokes it, once
 * the provider serves with the new key.
 *
 * Drift is told by field: `state` on chain, `key` in the cluster, `renewal`, `host`. Deleting this resource
 * revokes the certificate and removes the Secret.
 *
 * @example
 * const certificate = new Certificate("certificate", {
 *   network: "sandbox",
 *   wallet: { mnemonicEnv: "GARAGE_MNEMONIC" },
 *   owner: "akash1…",
 *   host: "provider.example.com",
 *   cluster: { kubeconfigPath: "~/.kube/config" },
 * });
 * // A renewed key rolls the pod:
 * const annotations = { "akash.network/certificate": certificate.fingerprint };
 */
export class Certificate extends DynamicResource {
  /** The wallet, `akash1…`. */
  declare readonly owner: pulumi.Output<string>;
  /** Name or IP address that tenants connect to. */
  declare readonly host: pulumi.Output<string>;
  /** Id of the chain that it is published on, for example `akashnet-2`. */
  declare readonly chainId: pulumi.Output<string>;
  /** Decimal. */
  declare readonly serial: pulumi.Output<string>;
  /** ISO 8601. */
  declare readonly notBefore: pulumi.Output<string>;
  /** ISO 8601. */
  declare readonly notAfter: pulumi.Output<string>;
  /** SHA-256 of the DER, upper-case hex in pairs. */
  declare readonly fingerprint: pulumi.Output<string>;
  /** Secret of `akash-services` with the sealed key. */
  declare readonly secretName: pulumi.Output<string>;
  /** On chain. */
  declare readonly state: pulumi.Output<"valid" | "revoked" | "missing">;
  /** The key in the cluster. */
  declare readonly key: pulumi.Output<"in place" | "missing" | "not decryptable" | "not the one on chain">;
  /** Whether the expiry is closer than `renewBeforeDays`. */
  declare readonly renewal: pulumi.Output<"not due" | "due">;

  constructor(name: string, args: CertificateArgs, opts?: pulumi.CustomResourceOptions) {
    const { network, wallet, owner, host, cluster, withRegistration } = args;
    const { validDays = 365, renewBeforeDays = 30 } = args;
    super(
      "chain:Certificate",
      "chain/certificateProvider",
      name,
      {
        ...{ network, wallet, owner, host, cluster, withRegistration },
        ...{ validDays, renewBeforeDays, ...soundCertificate },
      },
      ["chainId", "serial", "notBefore", "notAfter", "fingerprint", "secretName"],
      opts,
    );
  }
}
