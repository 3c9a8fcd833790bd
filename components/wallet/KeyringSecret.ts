import type * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../cluster/index.ts";
import { DynamicResource } from "../dynamic/index.ts";
import type { WalletSource } from "./types.ts";

export interface KeyringSecretArgs {
  /** Cluster that the provider runs in. Pass a kubeconfig's text as a secret. */
  readonly cluster: pulumi.Input<ClusterAccess>;
  /** Where the key is read from when it is needed; the key itself is never part of the state. */
  readonly wallet: pulumi.Input<WalletSource>;
  /** Provider release or image that will read the keyring; one older than 0.10 is refused. */
  readonly imageVersion: pulumi.Input<string>;
  /** Name of the key (`--from` of the provider); letters, digits, `.`, `_`, `-`; default `provider`. */
  readonly keyName?: pulumi.Input<string>;
  /** Default `akash-services`. */
  readonly namespace?: pulumi.Input<string>;
  /** Default `akash-provider-keyring`. */
  readonly secretName?: pulumi.Input<string>;
}

/**
 * The Secret that holds the provider's wallet as a keyring directory of backend `test`: mount it read-only as
 * `<home>/keyring-test`, and no import step is needed.
 *
 * It is written again when it is missing or altered. Whoever can read it has the wallet, so restrict that with
 * RBAC and turn on encryption of Secrets in the cluster.
 *
 * @example
 * const keyring = new KeyringSecret("keyring", {
 *   cluster: { kubeconfigPath: "~/.kube/config" },
 *   wallet: { mnemonicEnv: "GARAGE_MNEMONIC" },
 *   imageVersion: "0.16.2",
 * });
 * // A changed key rolls the pod:
 * const annotations = { "akash.network/keyring": keyring.checksum };
 */
export class KeyringSecret extends DynamicResource {
  /** The wallet, `akash1…`. */
  declare readonly address: pulumi.Output<string>;
  /** Changes with the key and its name, not each time the Secret is written. Hex. */
  declare readonly checksum: pulumi.Output<string>;
  /** Namespace of the Secret. */
  declare readonly namespace: pulumi.Output<string>;
  /** Name of the Secret. */
  declare readonly secretName: pulumi.Output<string>;
  /** Name of the key, the provider's `--from`. */
  declare readonly keyName: pulumi.Output<string>;

  constructor(name: string, args: KeyringSecretArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "wallet:KeyringSecret",
      "wallet/keyringSecretProvider",
      name,
      {
        cluster: args.cluster,
        wallet: args.wallet,
        imageVersion: args.imageVersion,
        keyName: args.keyName ?? "provider",
        namespace: args.namespace ?? "akash-services",
        secretName: args.secretName ?? "akash-provider-keyring",
      },
      ["address", "checksum"],
      opts,
    );
  }
}
