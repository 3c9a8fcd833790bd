import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic/index.ts";
import type { WalletSource } from "../wallet/types.ts";
import type { NetworkReference } from "./types.ts";

export interface ProviderRegistrationArgs {
  /** Chain to register on. Another chain replaces the registration. */
  readonly network: NetworkReference;
  /** Where the key that signs comes from; read when a transaction is signed. */
  readonly wallet: WalletSource;
  /** Address that the wallet must have, `akash1…`. Another one replaces the registration. */
  readonly owner: pulumi.Input<string>;
  /** Where tenants reach the provider: https, host and port, for example `https://provider.example.com:8443`. */
  readonly hostUri: pulumi.Input<string>;
  /** Attributes by key. Changing one that an auditor signed voids that signature; the preview says so. */
  readonly attributes: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** How the people behind the provider are reached; default: nothing is published. */
  readonly contact?: pulumi.Input<{ email?: pulumi.Input<string>; website?: pulumi.Input<string> }>;
  /**
   * Whether the owner's {@link Certificate} is declared in the same program: those of a new provider then wait
   * up to 10 s for one another to share a transaction. Default false: they share it by chance.
   */
  readonly withCertificate?: boolean;
}

/**
 * The provider's record on chain (`akash.provider`).
 *
 * An existing record of the owner is adopted: it is left alone where it says the same, and updated where it
 * differs. What somebody changes on chain is drift, field by field. The chain cannot delete a record, so
 * deleting this resource leaves it and says so.
 *
 * @example
 * new ProviderRegistration("registration", {
 *   network: "sandbox",
 *   wallet: { mnemonicEnv: "GARAGE_MNEMONIC" },
 *   owner: "akash1…",
 *   hostUri: "https://provider.example.com:8443",
 *   attributes: { "location-region": "us-west", organization: "garage" },
 *   contact: { email: "ops@example.com" },
 * });
 */
export class ProviderRegistration extends DynamicResource {
  /** The wallet, `akash1…`. */
  declare readonly owner: pulumi.Output<string>;
  /** Where tenants reach the provider, as on chain. */
  declare readonly hostUri: pulumi.Output<string>;
  /** As on chain, by key. */
  declare readonly attributes: pulumi.Output<Record<string, string>>;
  /** As on chain; "" for what is not published. */
  declare readonly contact: pulumi.Output<{ email: string; website: string }>;
  /** Id of the chain that has the record, for example `akashnet-2`. */
  declare readonly chainId: pulumi.Output<string>;
  /** Hash of the last transaction that wrote the record; empty when it was adopted as it stood. */
  declare readonly txHash: pulumi.Output<string>;
  /** Height of that transaction, or of the chain when the record was adopted. */
  declare readonly height: pulumi.Output<number>;

  constructor(name: string, args: ProviderRegistrationArgs, opts?: pulumi.CustomResourceOptions) {
    const contact = pulumi
      .output(args.contact)
      .apply((given) => ({ email: given?.email ?? "", website: given?.website ?? "" }));
    const { network, wallet, owner, hostUri, attributes, withCertificate } = args;
    super(
      "chain:ProviderRegistration",
      "chain/registrationProvider",
      name,
      { network, wallet, owner, hostUri, attributes, contact, withCertificate },
      ["chainId", "txHash", "height"],
      opts,
    );
  }
}
