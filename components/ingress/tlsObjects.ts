import {
  classicNamespace,
  defaultSecret,
  gatewayName,
  gatewayNamespace,
  ingressClassName,
  provider,
  wildcardSecret,
} from "./names.ts";

/** Who signs the certificates that visitors' browsers see. */
export type TlsIssuer = "letsencrypt-dns01" | "letsencrypt-http01" | "self-signed";

export type IngressMode = "classic" | "gateway";

/** How cert-manager proves to Let's Encrypt that the domain is ours: by a record it makes for a moment. */
export type Dns01Solver =
  | { readonly provider: "cloudflare" }
  | {
      readonly provider: "rfc2136";
      /** IP address or host name of the name server. */
      readonly server: string;
      /** Default: 53. */
      readonly port?: number;
      readonly keyName: string;
      /** Default: `hmac-sha256`. */
      readonly algorithm?: string;
    };

export interface TlsPlan {
  readonly domain: string;
  readonly mode: IngressMode;
  readonly issuer: TlsIssuer;
  /** E-mail address that Let's Encrypt warns. */
  readonly email: string;
  /** Needed for `letsencrypt-dns01`. */
  readonly dns01?: Dns01Solver;
}

/** A cluster-wide issuer without its metadata. */
export interface PlannedIssuer {
  readonly name: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** A certificate to have. */
export interface PlannedCertificate {
  readonly name: string;
  readonly namespace: string;
  readonly secretName: string;
  readonly dnsNames: readonly string[];
  readonly issuer: string;
}

/** Secret with the credential of the DNS-01 solver, and its key. */
export const solverSecret = { name: "dns01-credential", key: "credential" } as const;

/** Secret with the provider's certificate for browsers. */
export const providerTlsSecret = "akash-provider-tls";

const selfSigned: PlannedIssuer = { name: "self-signed", spec: { selfSigned: {} } };

function dns01(solver: Dns01Solver): Readonly<Record<string, unknown>> {
  const credential = { name: solverSecret.name, key: solverSecret.key };
  if (solver.provider === "cloudflare") return { cloudflare: { apiTokenSecretRef: credential } };
  const { server, port = 53, keyName, algorithm = "hmac-sha256" } = solver;
  return {
    rfc2136: {
      nameserver: server.includes(":") ? `[${server}]:${port}` : `${server}:${port}`,
      tsigKeyName: keyName,
      tsigAlgorithm: algorithm.replace("-", "").toUpperCase(),
      tsigSecretSecretRef: credential,
    },
  };
}

function http01(mode: IngressMode): Readonly<Record<string, unknown>> {
  if (mode === "classic") return { ingress: { ingressClassName } };
  const parentRefs = [
    { name: gatewayName, namespace: gatewayNamespace, kind: "Gateway", sectionName: "http" },
  ];
  return { gatewayHTTPRoute: { parentRefs } };
}

function letsEncrypt(plan: TlsPlan): PlannedIssuer {
  const { issuer, email, domain, mode, dns01: solver } = plan;
  if (issuer === "letsencrypt-dns01" && solver === undefined) {
    throw new RangeError(
      "`issuer: letsencrypt-dns01` needs a DNS provider with an API. Use `cloudflare` or `rfc2136`, or another issuer.",
    );
  }
  const solvers =
    solver !== undefined && issuer === "letsencrypt-dns01"
      ? [{ selector: { dnsZones: [domain] }, dns01: dns01(solver) }]
      : [{ http01: http01(mode) }];
  return {
    name: "letsencrypt",
    spec: {
      acme: {
        email,
        server: "https://acme-v02.api.letsencrypt.org/directory",
        privateKeySecretRef: { name: "letsencrypt-account" },
        solvers,
      },
    },
  };
}

export interface TlsObjects {
  readonly issuers: readonly PlannedIssuer[];
  readonly certificates: readonly PlannedCertificate[];
}

/**
 * Issuers and certificates of a site. `*.ingress.<domain>` is signed by Let's Encrypt only with DNS-01, since
 * HTTP-01 signs no wildcard; the provider's own name with either. The certificate for other domains is a
 * placeholder without which their listener would not start.
 *
 * @throws RangeError when DNS-01 has no solver
 */
export function tlsObjects(plan: TlsPlan): TlsObjects {
  const { domain, mode, issuer } = plan;
  const namespace = mode === "gateway" ? gatewayNamespace : classicNamespace;
  const issuers = issuer === "self-signed" ? [selfSigned] : [selfSigned, letsEncrypt(plan)];
  const wildcard: PlannedCertificate = {
    name: "wildcard-ingress",
    namespace,
    secretName: wildcardSecret,
    dnsNames: [`*.ingress.${domain}`],
    issuer: issuer === "letsencrypt-dns01" ? "letsencrypt" : selfSigned.name,
  };
  const placeholder: PlannedCertificate = {
    name: "akash-default",
    namespace,
    secretName: defaultSecret,
    dnsNames: [`default.ingress.${domain}`],
    issuer: selfSigned.name,
  };
  const own: PlannedCertificate = {
    name: providerTlsSecret,
    namespace: provider.namespace,
    secretName: providerTlsSecret,
    dnsNames: [`provider.${domain}`],
    issuer: "letsencrypt",
  };
  return {
    issuers,
    certificates: [
      wildcard,
      ...(mode === "gateway" ? [placeholder] : []),
      ...(issuer === "self-signed" ? [] : [own]),
    ],
  };
}
