import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { AkashCrds, AkashNamespaces, AkashProvider, HostnameOperator, InventoryOperator } from "../akash/index.ts";
import { Certificate, CertificateRevocation, ProviderRegistration } from "../chain/index.ts";
import { dnsRecords, SiteDns } from "../dns/index.ts";
import { GpuSupport } from "../gpu/index.ts";
import { ClassicIngress, GatewayIngress } from "../ingress/index.ts";
import { StorageClasses } from "../storage/index.ts";
import { KeyringSecret } from "../wallet/KeyringSecret.ts";
import { siteAttributes } from "./attributes.ts";
import type { SiteConfig } from "./config.ts";
import { kubeconfigOf, type ObservedSite } from "./observe.ts";
import { forcePatches } from "./ownership.ts";

export interface ProviderSiteArgs {
  readonly config: SiteConfig;
  readonly observed: ObservedSite;
}

/**
 * A whole provider site on a cluster: what its leases need, the provider with its key, and its record and
 * certificate on chain.
 */
export class ProviderSite extends pulumi.ComponentResource {
  readonly registration: ProviderRegistration;
  readonly certificate: Certificate;
  readonly dns: SiteDns;

  constructor(name: string, args: ProviderSiteArgs, opts?: pulumi.ComponentResourceOptions) {
    super("akash:site:ProviderSite", name, {}, opts);
    const { config, observed } = args;
    const { owner, chain } = observed;
    const { network, wallet } = config;

    const cluster = new kubernetes.Provider(
      `${name}-cluster`,
      {
        kubeconfig: pulumi.secret(observed.kubeconfig),
        // A kubeconfig whose address or credentials change is still the same cluster.
        clusterIdentifier: name,
      },
      { parent: this },
    );
    const parent = { parent: this, provider: cluster, transformations: [forcePatches] };
    const access = { kubeconfigPath: kubeconfigOf(config) };

    const namespaces = new AkashNamespaces(`${name}-namespaces`, {}, parent);
    const crds = new AkashCrds(`${name}-crds`, {}, parent);
    const storage = new StorageClasses(`${name}-storage`, { classes: config.storage.classes }, parent);
    const gpu = new GpuSupport(`${name}-gpu`, { operator: config.gpu.operator }, parent);

    // Both start when the namespaces are there, so that one transaction carries both messages.
    const afterNamespaces = { parent: this, dependsOn: [namespaces] };
    this.registration = new ProviderRegistration(
      `${name}-registration`,
      {
        network,
        wallet,
        owner,
        hostUri: config.hostUri,
        attributes: siteAttributes(config, observed),
        contact: config.contact,
      },
      afterNamespaces,
    );
    this.certificate = new Certificate(
      `${name}-certificate`,
      { network, wallet, owner, host: new URL(config.hostUri).hostname, cluster: access },
      afterNamespaces,
    );
    this.registerOutputs({});
  }
}
