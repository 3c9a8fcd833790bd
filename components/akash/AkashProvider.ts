import { StatefulSet } from "@pulumi/kubernetes/apps/v1/statefulSet.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget.js";
import * as pulumi from "@pulumi/pulumi";
import { boundaryChecksum } from "./boundary/addresses.ts";
import { LeaseBoundary, type LeaseBoundaryArgs, type LeaseIsolation } from "./boundary/LeaseBoundary.ts";
import { providerVariables } from "./environment/provider.ts";
import {
  type MarketSettings,
  type MonitorSettings,
  type Overcommit,
  planDomain,
  planMarket,
  planMonitor,
  planOvercommit,
  refuseSharedCertificate,
} from "./environment/settings.ts";
import { planEnvironment } from "./environment/types.ts";
import { metadata, NO_AWAIT } from "./metadata.ts";
import { PROVIDER_LABELS, PROVIDER_NAME, SERVICES_NAMESPACE } from "./names.ts";
import { planNetworkPolicies } from "./networkPolicies.ts";
import { type Pricing, planPrices } from "./pricing/prices.ts";
import { PRICE_JQ, PRICE_SH } from "./pricing/script.ts";
import { type IngressArgs, ingressOf, type ReleaseArgs, WORKLOAD_TIMEOUTS } from "./release.ts";
import { ServiceAccess } from "./ServiceAccess.ts";
import { akashImages } from "./versions.ts";
import { HOME, type Resources } from "./workloads/pod.ts";
import {
  PRICING_FOLDER,
  PROVIDER_RESOURCES,
  planProvider,
  providerPorts,
  TLS_FOLDER,
} from "./workloads/provider.ts";

export interface AkashProviderArgs extends ReleaseArgs, IngressArgs, MarketSettings {
  /** Address of the owner, `akash1…`. */
  readonly owner: pulumi.Input<string>;
  /** Name of the key in the keyring. */
  readonly keyName: pulumi.Input<string>;
  /** Domain of the site; the provider is `provider.<domain>`, leases are below `ingress.<domain>`. */
  readonly domain: string;
  /** Chain that the provider bids on. */
  readonly network: {
    /** For example `akashnet-2`. */
    readonly chainId: pulumi.Input<string>;
    /** CometBFT RPC endpoint with a working `/websocket`. */
    readonly rpc: pulumi.Input<string>;
    /** Price of a unit of gas. Default: `0.025uakt`. */
    readonly gasPrice?: pulumi.Input<string>;
  };
  /** Secret in `akash-services` with the keyring's files; another checksum rolls the provider. */
  readonly keyring: { readonly secretName: pulumi.Input<string>; readonly checksum: pulumi.Input<string> };
  /** Secret in `akash-services` with `<owner>.pem`; another fingerprint rolls the provider. */
  readonly certificate: {
    readonly secretName: pulumi.Input<string>;
    readonly fingerprint: pulumi.Input<string>;
  };
  /** Secret in `akash-services` with `tls.crt` and `tls.key` for browsers. Default: the chain's certificate alone. */
  readonly tlsSecretName?: pulumi.Input<string>;
  /** What leases cost. Default: the official price script's prices. */
  readonly pricing?: Pricing;
  /** StorageClass of the provider's own volume. Default: the cluster's default. */
  readonly storageClass?: pulumi.Input<string>;
  /** Size of the provider's own volume. Default: `10Gi`. */
  readonly storageSize?: string;
  /** CPU and memory of the provider. Default: 0.25 CPU and 512Mi, at most 2 CPU and 4Gi. */
  readonly resources?: Resources;
  /** Percent offered beyond what the nodes have. Default: nothing. */
  readonly overcommit?: Overcommit;
  /** How long an unhealthy lease is retried. Default: a day. */
  readonly monitor?: MonitorSettings;
  /** Whether IP addresses are leased; needs the IP operator. Default: false. */
  readonly ipOperator?: boolean;
  /** Whether leases may ask for a trusted execution environment; not with `tlsSecretName`. Default: false. */
  readonly attestation?: boolean;
  /**
   * Whether leases may use images of private registries. The provider then may read a Secret anywhere whose name
   * it knows: RBAC cannot say it otherwise. Default: true.
   */
  readonly registryCredentials?: boolean;
  /** What leases are kept away from. Default: private address space. */
  readonly boundary?: LeaseBoundaryArgs;
  /** Namespaces whose pods may read the metrics on port 9090. Default: none. */
  readonly metricsNamespaces?: readonly string[];
}

/**
 * The provider: one StatefulSet of one replica with what it may do, who may reach it, what it charges and what
 * leases cannot do. It needs `AkashNamespaces`, `AkashCrds`, the hostname and the inventory operator, and a record
 * on chain, which it reads when it starts and never writes.
 *
 * @example
 * new AkashProvider("garage-provider", {
 *   owner: keyring.address,
 *   keyName: keyring.keyName,
 *   domain: "example.com",
 *   network: { chainId: "akashnet-2", rpc: "https://rpc.example.com:443" },
 *   keyring: { secretName: keyring.secretName, checksum: keyring.checksum },
 *   certificate: { secretName: certificate.secretName, fingerprint: certificate.fingerprint },
 *   pricing: { cpu: 1.6, gpu: { rtx5090: 120 } },
 * });
 */
export class AkashProvider extends pulumi.ComponentResource {
  /** Name of the Service, `akash-provider`. */
  readonly serviceName: pulumi.Output<string>;
  /** How far leases are kept from the site's networks. */
  readonly isolation: LeaseIsolation;

  /** @throws {UnsupportedSetting} a value that the provider would misread or ignore */
  constructor(name: string, args: AkashProviderArgs, opts?: pulumi.ComponentResourceOptions) {
    super("akash:akash:AkashProvider", name, {}, opts);
    const { attestation = false, ipOperator = false, registryCredentials = true } = args;
    const ingress = ingressOf(args);
    const images = akashImages(args.version);
    const parent = { parent: this };
    const namespace = SERVICES_NAMESPACE;
    // Whatever is refused is refused here, before anything is declared.
    refuseSharedCertificate(attestation, args.tlsSecretName !== undefined);
    const prices = planPrices(args.pricing);
    const settings = {
      ...planMarket(args),
      ...ingress,
      home: HOME,
      keyName: args.keyName,
      network: args.network,
      domain: planDomain(args.domain),
      ipOperator,
      pricingFolder: PRICING_FOLDER,
      tlsFolder: args.tlsSecretName === undefined ? undefined : TLS_FOLDER,
      attestationImage: attestation ? images.attestationSidecar : undefined,
      overcommit: planOvercommit(args.overcommit),
      monitor: planMonitor(args.monitor),
    };

    const boundary = new LeaseBoundary(`${name}-boundary`, args.boundary, parent);
    const access = new ServiceAccess(
      `${name}-access`,
      {
        subject: PROVIDER_NAME,
        options: { ingressMode: ingress.ingressMode, registryCredentials, attestation },
      },
      parent,
    );
    for (const policy of planNetworkPolicies({
      metricsNamespaces: args.metricsNamespaces ?? [],
      ipOperator,
      attestation,
    })) {
      new NetworkPolicy(
        `${name}-network-${policy.name}`,
        { metadata: metadata(policy.name, { namespace }), spec: policy.spec },
        parent,
      );
    }
    const pricing = new ConfigMap(
      `${name}-pricing`,
      {
        metadata: metadata(`${PROVIDER_NAME}-pricing`, { namespace }),
        data: {
          "price.sh": PRICE_SH,
          "price.jq": PRICE_JQ,
          "prices.json": `${JSON.stringify(prices, undefined, 2)}\n`,
        },
      },
      parent,
    );
    const service = new Service(
      `${name}-service`,
      {
        metadata: metadata(PROVIDER_NAME, {
          namespace,
          labels: { ...PROVIDER_LABELS, "akash.network": "true" },
          annotations: NO_AWAIT,
        }),
        spec: { type: "ClusterIP", selector: PROVIDER_LABELS, ports: providerPorts(attestation) },
      },
      parent,
    );
    new PodDisruptionBudget(
      `${name}-disruption`,
      {
        metadata: metadata(PROVIDER_NAME, { namespace }),
        // One replica has to be allowed to move, or draining its node never ends.
        spec: { maxUnavailable: 1, selector: { matchLabels: PROVIDER_LABELS } },
      },
      parent,
    );
    const file = pulumi.interpolate`${args.owner}.pem`;
    new StatefulSet(
      `${name}-provider`,
      {
        metadata: metadata(PROVIDER_NAME, { namespace, labels: PROVIDER_LABELS }),
        spec: planProvider<pulumi.Input<string>>({
          image: args.image ?? images.provider,
          environment: planEnvironment(providerVariables<pulumi.Input<string>>(), settings),
          keyring: args.keyring,
          certificate: { ...args.certificate, file, path: pulumi.interpolate`${HOME}/${file}` },
          pricingConfigMap: pricing.metadata.name,
          ...(args.tlsSecretName === undefined
            ? {}
            : { tls: { secretName: args.tlsSecretName, host: `provider.${settings.domain}` } }),
          boundary: boundaryChecksum(args.boundary ?? {}),
          attestation,
          storage: { size: args.storageSize ?? "10Gi", storageClass: args.storageClass },
          resources: args.resources ?? PROVIDER_RESOURCES,
        }),
      },
      { parent: this, dependsOn: [access, boundary], customTimeouts: WORKLOAD_TIMEOUTS },
    );
    this.serviceName = service.metadata.name;
    this.isolation = boundary.isolation;
    this.registerOutputs({ serviceName: this.serviceName, isolation: this.isolation });
  }
}
