import { SERVICES_NAMESPACE } from "../../akash/names.ts";
import type { TakeoverBlocker, TakeoverItem } from "./types.ts";

/** Another provider signs with the site's wallet. */
export class SecondSigner extends Error {
  override readonly name = "SecondSigner";
  readonly blockers: readonly TakeoverBlocker[];

  constructor(blockers: readonly TakeoverBlocker[]) {
    super(
      [
        "Nothing was changed: a wallet must never have two signers, and another provider is running.",
        ...blockers.map(({ place, problem, remedy }) => `- ${place} ${problem}; ${remedy}.`),
        "Then run this again.",
      ].join("\n"),
    );
    this.blockers = blockers;
  }
}

/** The provider that the update would replace belongs to another wallet, and so do its leases. */
export class ProviderOfOtherOwner extends Error {
  override readonly name = "ProviderOfOtherOwner";

  constructor(
    { kind, name }: { readonly kind: string; readonly name: string },
    found: string,
    owner: string,
  ) {
    super(
      `Nothing was changed: ${kind} ${SERVICES_NAMESPACE}/${name} is the provider of ${found}, and the declared ` +
        `wallet is ${owner}, whose provider would take its place and leave its leases without one. Declare that ` +
        "wallet, or, when its leases have ended, delete that provider: " +
        `\`kubectl -n ${SERVICES_NAMESPACE} delete ${kind.toLowerCase()} ${name}\`.`,
    );
  }
}

/** An object that has to be made anew does not go away. */
export class TakeoverStuck extends Error {
  override readonly name = "TakeoverStuck";

  constructor({ kind, namespace, name }: TakeoverItem) {
    const within = namespace === undefined ? "" : ` in ${namespace}`;
    super(
      `${kind} ${name}${within} was deleted to be made anew, but does not go away. See what holds it ` +
        "(`metadata.finalizers`), then run this again.",
    );
  }
}

/** A Helm release that the site would install is there already, made by somebody's `helm`. */
export class ReleaseInstalledByHand extends Error {
  override readonly name = "ReleaseInstalledByHand";

  constructor(releases: readonly { readonly namespace: string; readonly name: string }[]) {
    const names = [...new Set(releases.map(({ namespace, name }) => `${namespace}/${name}`))].join(", ");
    super(
      `Nothing was changed: Helm releases that the site would install are there already (${names}). Keep them with ` +
        "`ingress.controller: none` and `gpu.operator: none` in the stack file, or uninstall them with `helm uninstall`.",
    );
  }
}

/** The records to be replaced are all that tells where the site is. */
export class AddressInRecords extends Error {
  override readonly name = "AddressInRecords";

  constructor(names: readonly string[]) {
    super(
      `Nothing was changed: ${[...new Set(names)].join(", ")} would be made anew, and with \`address: auto\` only the ` +
        "records that are there now tell the site's address, as this machine shares no network with a node of the " +
        "site. Write it: `address: 203.0.113.10` or `address: cname:NAME`; or run this in the site's network.",
    );
  }
}
