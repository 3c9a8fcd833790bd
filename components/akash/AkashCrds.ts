import { CustomResourceDefinition } from "@pulumi/kubernetes/apiextensions/v1/customResourceDefinition.js";
import * as pulumi from "@pulumi/pulumi";
import { CRDS } from "./crds/definitions.ts";
import { UnsupportedSetting } from "./errors.ts";
import { metadata } from "./metadata.ts";
import { PROVIDER_VERSION } from "./versions.ts";

export interface AkashCrdsArgs {
  /** Provider release whose definitions are wanted. Default, and so far the only one: the pinned release. */
  readonly version?: string;
  /**
   * Keep the definitions, and with them the manifests of running leases, when this is destroyed. Default: false,
   * so that `down` leaves nothing; a site with leases sets it.
   */
  readonly retain?: boolean;
}

/** The custom resources `manifests`, `providerhosts` and `providerleasedips` of `akash.network`. */
export class AkashCrds extends pulumi.ComponentResource {
  /** Names of the definitions. */
  readonly names: pulumi.Output<string[]>;

  /** @throws {UnsupportedSetting} a release whose definitions are not known here */
  constructor(name: string, args: AkashCrdsArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("akash:akash:AkashCrds", name, {}, opts);
    const { version = PROVIDER_VERSION, retain = false } = args;
    if (version !== PROVIDER_VERSION) {
      throw new UnsupportedSetting(
        "version",
        `is ${version}`,
        `The definitions are those of ${PROVIDER_VERSION}.`,
      );
    }
    const crds = CRDS.map(
      (crd) =>
        new CustomResourceDefinition(
          `${name}-${crd.spec.names.plural}`,
          {
            metadata: metadata(crd.metadata.name, {
              labels: { "app.kubernetes.io/version": version },
              annotations: { ...crd.metadata.annotations },
            }),
            spec: crd.spec,
          },
          { parent: this, retainOnDelete: retain },
        ),
    );
    this.names = pulumi.all(crds.map((crd) => crd.metadata.name));
    this.registerOutputs({ names: this.names });
  }
}
