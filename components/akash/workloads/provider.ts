import type { EnvironmentVariable } from "../environment/types.ts";
import { PORTS, PROVIDER_LABELS, PROVIDER_NAME } from "../names.ts";
import { providerLiveness } from "./liveness.ts";
import { CONTAINER_SECURITY, HOME, httpProbe, POD_SECURITY, PRIORITY_CLASS, type Resources } from "./pod.ts";

/** Where the price script is mounted. */
export const PRICING_FOLDER = "/etc/akash/pricing";

/** Where the certificate for browsers is mounted. */
export const TLS_FOLDER = "/etc/akash/tls";

/** What the provider's StatefulSet is made of. `Text` is a string known now or, in a program, later. */
export interface ProviderSpec<Text> {
  readonly image: Text | string;
  readonly environment: readonly EnvironmentVariable<Text>[];
  readonly keyring: { readonly secretName: Text | string; readonly checksum: Text | string };
  readonly certificate: {
    readonly secretName: Text | string;
    readonly fingerprint: Text | string;
    /** Key in the Secret and name of the file the binary reads: `<address>.pem`. */
    readonly file: Text | string;
    /** The same with the home before it. */
    readonly path: Text | string;
  };
  /** ConfigMap with price.sh, price.jq and prices.json. */
  readonly pricingConfigMap: Text | string;
  /** Secret with `tls.crt` and `tls.key`, and the name that browsers ask for. */
  readonly tls?: { readonly secretName: Text | string; readonly host: string };
  /** Checksum of what leases are kept from (`boundaryChecksum`). */
  readonly boundary: string;
  readonly attestation: boolean;
  readonly storage: { readonly size: string; readonly storageClass?: Text | string };
  readonly resources: Resources;
}

/** Default CPU and memory. */
export const PROVIDER_RESOURCES: Resources = {
  requests: { cpu: "250m", memory: "512Mi" },
  limits: { cpu: "2", memory: "4Gi" },
};

/** Ports of the provider's container and Service. */
export function providerPorts(attestation: boolean): { readonly name: string; readonly port: number }[] {
  return [
    { name: "api", port: PORTS.gateway },
    { name: "grpc", port: PORTS.grpc },
    { name: "metrics", port: PORTS.metrics },
    ...(attestation ? [{ name: "attestation", port: PORTS.attestation }] : []),
  ];
}

/**
 * The provider's StatefulSet. It has one replica and is replaced by deleting first, so that the wallet never has
 * two signers; its home, with the order cursor in `pconfig.db`, is a volume that outlives it. Keyring and
 * certificate are mounted read-only into the home; checksums of them, and of what leases are kept from, roll the pod
 * when they change. Selector and
 * claim are those of the official chart: a site that it built is taken over in place.
 */
export function planProvider<Text>(provider: ProviderSpec<Text>) {
  return {
    replicas: 1,
    serviceName: PROVIDER_NAME,
    updateStrategy: { type: "RollingUpdate" },
    revisionHistoryLimit: 3,
    selector: { matchLabels: { ...PROVIDER_LABELS } },
    persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
    volumeClaimTemplates: [
      {
        metadata: { name: "home" },
        spec: {
          accessModes: ["ReadWriteOnce"],
          resources: { requests: { storage: provider.storage.size } },
          ...(provider.storage.storageClass === undefined
            ? {}
            : { storageClassName: provider.storage.storageClass }),
        },
      },
    ],
    template: {
      metadata: {
        labels: { ...PROVIDER_LABELS },
        annotations: {
          "checksum/keyring": provider.keyring.checksum,
          "checksum/certificate": provider.certificate.fingerprint,
          // Leases' network policies are narrowed as the provider writes them, which it does at its start.
          "checksum/boundary": provider.boundary,
        },
      },
      spec: {
        serviceAccountName: PROVIDER_NAME,
        priorityClassName: PRIORITY_CLASS,
        // Long enough to settle a transaction that is in flight.
        terminationGracePeriodSeconds: 90,
        securityContext: POD_SECURITY,
        nodeSelector: { "kubernetes.io/os": "linux" },
        containers: [container(provider)],
        volumes: volumes(provider),
      },
    },
  };
}

function container<Text>(provider: ProviderSpec<Text>) {
  const { certificate } = provider;
  return {
    name: "provider",
    image: provider.image,
    args: ["provider-services", "run"],
    env: [...provider.environment],
    ports: providerPorts(provider.attestation).map(({ name, port }) => ({ name, containerPort: port })),
    resources: provider.resources,
    securityContext: CONTAINER_SECURITY,
    // Migrations run, and the operators are waited for, before the gateway listens.
    startupProbe: httpProbe("/version", "api", { periodSeconds: 10, failureThreshold: 90 }, "HTTPS"),
    readinessProbe: httpProbe(
      "/status",
      "api",
      { periodSeconds: 15, failureThreshold: 4, timeoutSeconds: 10 },
      "HTTPS",
    ),
    livenessProbe: providerLiveness(
      provider.tls === undefined ? undefined : { host: provider.tls.host, folder: TLS_FOLDER },
    ),
    volumeMounts: [
      { name: "home", mountPath: HOME },
      { name: "keyring", mountPath: `${HOME}/keyring-test`, readOnly: true },
      { name: "certificate", mountPath: certificate.path, subPath: certificate.file, readOnly: true },
      { name: "pricing", mountPath: PRICING_FOLDER, readOnly: true },
      { name: "tmp", mountPath: "/tmp" },
      ...(provider.tls === undefined ? [] : [{ name: "tls", mountPath: TLS_FOLDER, readOnly: true }]),
    ],
  };
}

function volumes<Text>({ keyring, certificate, pricingConfigMap, tls }: ProviderSpec<Text>) {
  return [
    { name: "keyring", secret: { secretName: keyring.secretName, defaultMode: 0o440 } },
    {
      name: "certificate",
      secret: {
        secretName: certificate.secretName,
        defaultMode: 0o440,
        // The Secret may hold a second, pending key: only the one in use is mounted.
        items: [{ key: certificate.file, path: certificate.file }],
      },
    },
    { name: "pricing", configMap: { name: pricingConfigMap, defaultMode: 0o555 } },
    { name: "tmp", emptyDir: { sizeLimit: "256Mi" } },
    ...(tls === undefined
      ? []
      : // An authority may sign only once the provider's name resolves, or after days: until then the gateway shows the
        // chain's certificate to everybody, and the probe has it restarted when the Secret comes.
        [{ name: "tls", secret: { secretName: tls.secretName, defaultMode: 0o440, optional: true } }]),
  ];
}
