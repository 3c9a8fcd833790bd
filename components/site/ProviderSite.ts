import { Provider } from "@pulumi/kubernetes/provider.js";
import * as pulumi from "@pulumi/pulumi";
import {
  AkashCrds,
  AkashNamespaces,
  AkashProvider,
  HostnameOperator,
  InventoryOperator,
  IpOperator,
  type LeaseIsolation,
} from "../akash/index.ts";
import { LeaseGuard } from "../akash/LeaseGuard.ts";
import { Certificate } from "../chain/Certificate.ts";
import { CertificateRevocation } from "../chain/CertificateRevocation.ts";
import { resolveNetwork } from "../chain/networks.ts";
import { ProviderRegistration } from "../chain/ProviderRegistration.ts";
import { dnsRecords, SiteDns } from "../dns/index.ts";
import { GpuSupport } from "../gpu/GpuSupport.ts";
import { ClassicIngress, GatewayIngress } from "../ingress/index.ts";
import type { SiteNodes } from "../nodes/SiteNodes.ts";
import { StorageClasses } from "../storage/StorageClasses.ts";
import { KeyringSecret } from "../wallet/KeyringSecret.ts";
import { leaseClasses, siteAttributes, uncountedWarning } from "./attributes.ts";
import type { SiteConfig } from "./config.ts";
import { ingressArgs } from "./ingressArgs.ts";
import { kubeconfigOf, type ObservedSite } from "./observe.ts";
import {
  cephAccess,
  gpuGate,
  gpuSupportArgs,
  type OfferedGpus,
  siteCeph,
  siteNodes,
  volumeCheck,
} from "./ownCluster.ts";
import { forcePatches } from "./ownership.ts";
import { providerRelease } from "./versions.ts";

export interface ProviderSiteArgs {
  /** The site's declaration, validated by `parseSiteConfig`. */
  readonly config: SiteConfig;
  /** What `observeSite` read for it at the start of this run. */
  readonly observed: ObservedSite;
}

/**
 * A whole provider site on a cluster: what its leases need, the provider with its key, and its record and
 * certificate on chain.
 *
 * @example
 * const config = parseSiteConfig(new pulumi.Config("akash").requireObject("site"));
 * const site = new ProviderSite(config.name, { config, observed: await observeSite(config) });
 */
export class ProviderSite extends pulumi.ComponentResource {
  /** The provider's record on chain. */
  readonly registration: ProviderRegistration;
  /** The provider's certificate on chain, and its key in the cluster. */
  readonly certificate: Certificate;
  /** The wallet's key in the cluster. */
  readonly keyring: KeyringSecret;
  /** The site's DNS records. */
  readonly dns: SiteDns;
  /** GPUs that are advertised, and why others are not. */
  readonly gpu: OfferedGpus;
  /** Machines of the site's own, where it has any. */
  readonly nodes: SiteNodes | undefined;
  /** How far leases are kept from the site's networks. */
  readonly isolation: LeaseIsolation;

  constructor(name: string, args: ProviderSiteArgs, opts?: pulumi.ComponentResourceOptions) {
    super("akash:site:ProviderSite", name, {}, opts);
    const { config, observed } = args;
    const { owner, chain } = observed;
    const { network, wallet, domain, pricing, storage } = config;
    const { ipLeases, lan, metricsNamespaces } = config.provider;
    const release = providerRelease(config);
    if (observed.addressWarning !== undefined) void pulumi.log.warn(observed.addressWarning, this);
    const uncounted = uncountedWarning(config);
    if (uncounted !== undefined) void pulumi.log.warn(uncounted, this);
    const host = new URL(config.hostUri).hostname;
    const ingressMode = config.ingress.mode;

    const nodes = siteNodes(name, args, { parent: this });
    const cluster = new Provider(
      `${name}-cluster`,
      {
        // By path: its text would stand in the state, and the SDK's debug messages show it in every event log.
        kubeconfig: nodes?.kubeconfigPath ?? kubeconfigOf(config),
        // A kubeconfig that moves, or whose address or credentials change, is still the same cluster's.
        clusterIdentifier: name,
      },
      { parent: this },
    );
    const objects = { parent: this, provider: cluster, transformations: [forcePatches] };
    const access = { kubeconfigPath: kubeconfigOf(config) };

    const namespaces = new AkashNamespaces(`${name}-namespaces`, {}, objects);
    // Deleting a definition deletes every lease's manifest with it; a throwaway site has none to lose.
    const crds = new AkashCrds(`${name}-crds`, { retain: network !== "devnet" }, objects);
    const classes = leaseClasses(config, observed);
    const ceph = siteCeph(name, args, objects);
    const offered = new StorageClasses(`${name}-storage`, { classes }, { ...objects, dependsOn: ceph });
    const gpu = new GpuSupport(`${name}-gpu`, gpuSupportArgs(config, observed), objects);

    const inAkash = { ...objects, dependsOn: [namespaces, crds] };
    const operators = [
      new HostnameOperator(`${name}-hostname`, { ...release, ingressMode }, inAkash),
      new InventoryOperator(
        `${name}-inventory`,
        { ...release, storageClasses: classes.map((item) => item.name), ...cephAccess(config, observed) },
        inAkash,
      ),
      ...(ipLeases === undefined
        ? []
        : [
            new IpOperator(
              `${name}-ip`,
              { ...release, owner, ...(ipLeases.pool === undefined ? {} : { metalLbPool: ipLeases.pool }) },
              inAkash,
            ),
          ]),
    ];

    const Ingress = config.ingress.mode === "gateway" ? GatewayIngress : ClassicIngress;
    const ingress = new Ingress(`${name}-ingress`, { ...ingressArgs(config), cluster: access }, inAkash);

    const gate = gpuGate(name, args, access, { parent: this, dependsOn: [gpu, ...(nodes ? [nodes] : [])] });
    const volumes = volumeCheck(name, args, access, { parent: this, dependsOn: [offered, namespaces] });
    this.nodes = nodes;
    this.gpu = gate ?? {
      devices: pulumi.output(observed.gpu.devices),
      problems: pulumi.output(observed.gpu.problems.map(({ message }) => message)),
    };

    // Registration and certificate start together, when what is advertised is proven: one transaction carries both.
    const onChain = { parent: this, dependsOn: [namespaces, ...(gate ? [gate] : []), ...volumes] };
    this.registration = new ProviderRegistration(
      `${name}-registration`,
      {
        network,
        wallet,
        owner,
        hostUri: config.hostUri,
        attributes: this.gpu.devices.apply((devices) =>
          siteAttributes(config, { ...observed, gpu: { ...observed.gpu, devices } }),
        ),
        contact: config.contact,
        withCertificate: true,
      },
      onChain,
    );
    this.certificate = new Certificate(
      `${name}-certificate`,
      { network, wallet, owner, host, cluster: access, withRegistration: true },
      onChain,
    );
    this.keyring = new KeyringSecret(
      `${name}-keyring`,
      { cluster: access, wallet, imageVersion: release.version },
      onChain,
    );
    const provider = new AkashProvider(
      `${name}-provider`,
      {
        ...release,
        ingressMode,
        owner,
        keyName: this.keyring.keyName,
        domain,
        network: { chainId: chain.chainId, rpc: chain.rpc, gasPrice: resolveNetwork(network).gasPrice },
        keyring: this.keyring,
        certificate: this.certificate,
        tlsSecretName: ingress.providerTlsSecret,
        pricing,
        registryCredentials: config.provider.privateRegistries,
        ipOperator: ipLeases !== undefined,
        metricsNamespaces,
        boundary: {
          lan,
          ...cephAccess(config, observed),
          ...(observed.mutatingAdmission === undefined
            ? {}
            : { mutatingAdmission: observed.mutatingAdmission }),
        },
        overcommit: config.provider.overcommit,
        storageClass: storage.providerVolume.storageClass,
        storageSize: storage.providerVolume.size,
      },
      { ...objects, dependsOn: [...operators, this.registration] },
    );
    this.isolation = provider.isolation;
    // The certificate that was served until now is revoked once the provider has rolled to the new one.
    const revocation = new CertificateRevocation(
      `${name}-revocation`,
      { network, wallet, owner, host, keep: this.certificate.serial },
      { parent: this, dependsOn: [provider] },
    );

    const records = dnsRecords({ domain, address: observed.address });
    const dynamic =
      config.dns.provider === "cloudflare" && config.dns.dynamic ? { cluster: access } : undefined;
    this.dns = new SiteDns(`${name}-dns`, { config: config.dns, domain, records, dynamic }, objects);
    // Deleted before all of this, and only where no leases run; a throwaway site has no tenants.
    new LeaseGuard(
      `${name}-leases`,
      { cluster: access },
      {
        parent: this,
        protect: network !== "devnet",
        dependsOn: [
          namespaces,
          crds,
          offered,
          gpu,
          ...operators,
          ingress,
          provider,
          revocation,
          this.dns,
          ...volumes,
          ...(nodes ? [nodes] : []),
        ],
      },
    );
    this.registerOutputs({});
  }
}
