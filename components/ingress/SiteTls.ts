import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import * as pulumi from "@pulumi/pulumi";
import { chartRelease } from "../charts/index.ts";
import type { ClusterAccess } from "../cluster/index.ts";
import { CredentialSecret, type CredentialSource } from "../dns/index.ts";
import { certManagerValues } from "./controllerValues.ts";
import { ownedExclusively } from "./names.ts";
import {
  type Dns01Solver,
  type IngressMode,
  providerTlsSecret,
  solverSecret,
  type TlsIssuer,
  tlsObjects,
} from "./tlsObjects.ts";

/** Who signs, and how it is proven that the domain is ours. */
export interface TlsArgs {
  /** Default: `self-signed`. */
  readonly issuer?: TlsIssuer;
  /** E-mail address that Let's Encrypt warns before a certificate ends; needed for it. */
  readonly email?: string;
  /** For `letsencrypt-dns01`: the DNS provider and where its credential is. */
  readonly dns01?: Dns01Solver & { readonly credential: CredentialSource };
  /** `chart` installs cert-manager; `none` where it is there already. Default: `chart`. */
  readonly certManager?: "chart" | "none";
}

export interface SiteTlsArgs extends TlsArgs {
  /** Domain of the site; the certificates are for `provider.<domain>` and `*.ingress.<domain>`. */
  readonly domain: string;
  /** Where the certificates are served: `gateway` or `classic`. */
  readonly mode: IngressMode;
  /** How to reach the cluster; needed for `dns01`, whose credential is in no state. */
  readonly cluster?: pulumi.Input<ClusterAccess>;
  /** Folder with the chart, for sites without internet. */
  readonly mirror?: string;
  /** Seconds to wait until cert-manager is ready; 0 does not wait. Default: 300. */
  readonly waitSeconds?: number;
}

/** cert-manager, its issuers, and the certificates that visitors of leases see. */
export class SiteTls extends pulumi.ComponentResource {
  /** Secret in the provider's namespace with its certificate for browsers; absent when self-signed. */
  readonly providerSecret: string | undefined;

  /** @throws RangeError when Let's Encrypt has no `email`, DNS-01 no solver, or `dns01` no `cluster` */
  constructor(name: string, args: SiteTlsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("akash:ingress:SiteTls", name, {}, opts);
    const { domain, mode, issuer = "self-signed", email = "", dns01, certManager = "chart" } = args;
    if (issuer !== "self-signed" && email === "") {
      throw new RangeError(
        `\`issuer: ${issuer}\` needs \`email\`, which Let's Encrypt warns before a certificate ends.`,
      );
    }
    const planned = tlsObjects({ domain, mode, issuer, email, dns01 });
    const parent = { parent: this };
    const namespace = "cert-manager";
    const before: pulumi.Resource[] = [];
    if (certManager === "chart") {
      const created = new Namespace(`${name}-namespace`, { metadata: { name: namespace } }, parent);
      before.push(
        chartRelease(
          `${name}-cert-manager`,
          {
            chart: "cert-manager",
            release: "cert-manager",
            namespace: created.metadata.name,
            values: certManagerValues(mode),
            mirror: args.mirror,
            waitSeconds: args.waitSeconds,
          },
          parent,
        ),
      );
    }
    if (issuer === "letsencrypt-dns01" && dns01 !== undefined) {
      if (args.cluster === undefined)
        throw new RangeError("`dns01` needs `cluster`, where its credential goes.");
      before.push(
        new CredentialSecret(
          `${name}-dns01`,
          {
            cluster: args.cluster,
            namespace,
            secretName: solverSecret.name,
            values: { [solverSecret.key]: dns01.credential },
          },
          { ...parent, dependsOn: before },
        ),
      );
    }
    const issuers = planned.issuers.map(
      (item) =>
        new CustomResource(
          `${name}-${item.name}`,
          {
            apiVersion: "cert-manager.io/v1",
            kind: "ClusterIssuer",
            metadata: { name: item.name, annotations: ownedExclusively },
            spec: item.spec,
          },
          { ...parent, dependsOn: before },
        ),
    );
    for (const item of planned.certificates) {
      new CustomResource(
        `${name}-${item.name}`,
        {
          apiVersion: "cert-manager.io/v1",
          kind: "Certificate",
          metadata: { name: item.name, namespace: item.namespace, annotations: ownedExclusively },
          spec: {
            secretName: item.secretName,
            dnsNames: item.dnsNames,
            privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
            issuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: item.issuer },
          },
        },
        { ...parent, dependsOn: issuers },
      );
    }
    this.providerSecret = issuer === "self-signed" ? undefined : providerTlsSecret;
    this.registerOutputs({ providerSecret: this.providerSecret });
  }
}
