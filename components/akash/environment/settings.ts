import { UnsupportedSetting } from "../errors.ts";

/** How leases are reached: routes of a Gateway, or objects of ingress-nginx. */
export type IngressMode = "gateway" | "classic";

/** How long an unhealthy lease is retried before the provider closes it. */
export interface MonitorSettings {
  /** Retries before a lease is closed; default 2880. */
  readonly maxRetries?: number;
  /** Seconds between retries, at least 4; default 30. */
  readonly retryPeriodSeconds?: number;
  /** Seconds of random delay added to each period; default 15. */
  readonly retryJitterSeconds?: number;
}

/** Percent offered beyond what the nodes have, in whole hundreds: 100 offers everything twice. */
export interface Overcommit {
  readonly cpu?: number;
  readonly memory?: number;
  readonly storage?: number;
}

/** How the provider trades, and what it says of it. */
export interface MarketSettings {
  /** Deposit of a bid. Default: `500000uakt`. */
  readonly bidDeposit?: string;
  /** Seconds between withdrawals of a lease's earnings, at least 600. Default: 3600. */
  readonly withdrawalPeriodSeconds?: number;
  /** Balance in uakt below which earnings are withdrawn early. Default: 10 000 000. */
  readonly minimumBalance?: number;
  /** Hours of notice before a lease's resources may be taken back. Default: 0, none is offered. */
  readonly reclamationHours?: number;
  /** Ports that leases may take, at most those of the cluster's NodePort range. Default: 2500. */
  readonly nodePorts?: number;
  /** Host names no lease may use, besides the provider's own. Default: none. */
  readonly blockedHostnames?: readonly string[];
  /** Least important messages to log. Default: `info`. */
  readonly logLevel?: "debug" | "info" | "warn" | "error";
}

/** What decides the provider's environment. `Text` is a string known now or, in a program, later. */
export interface ProviderSettings<Text> extends Required<MarketSettings> {
  /** Writable folder of the provider. */
  readonly home: string;
  /** Name of the wallet's key in the keyring. */
  readonly keyName: Text | string;
  readonly network: {
    readonly chainId: Text | string;
    /** CometBFT RPC endpoint with a working `/websocket`. */
    readonly rpc: Text | string;
    /** Price of a unit of gas; default `0.025uakt`. */
    readonly gasPrice?: Text | string;
  };
  /** Domain of the site: leases appear below `ingress.<domain>`, the provider is `provider.<domain>`. */
  readonly domain: string;
  readonly ingressMode: IngressMode;
  /** Gateway that leases attach to; default `akash-gateway` in the namespace of the same name. */
  readonly gateway: { readonly name: string; readonly namespace: string };
  /** Whether IP addresses are leased through the IP operator. */
  readonly ipOperator: boolean;
  /** Folder with the price script. */
  readonly pricingFolder: string;
  /** Folder with `tls.crt` and `tls.key` for visitors' browsers, if there is one. */
  readonly tlsFolder?: string;
  /** Image of the attestation sidecar; set where leases may ask for a trusted execution environment. */
  readonly attestationImage?: string;
  readonly overcommit: Required<Overcommit>;
  readonly monitor: Required<MonitorSettings>;
}

const DAY_SECONDS = 24 * 60 * 60;

/** The binary refuses a shorter period (cmd/provider-services/cmd/run.go). */
const LEAST_RETRY_PERIOD_SECONDS = 4;

/**
 * Fills in the monitor's settings.
 *
 * @throws {UnsupportedSetting} retries would end within a day, so that a node's maintenance closes its leases
 *   (support#14, #15, #245), or the period is shorter than the binary takes
 */
export function planMonitor(monitor: MonitorSettings = {}): Required<MonitorSettings> {
  const retryPeriodSeconds = monitor.retryPeriodSeconds ?? 30;
  const maxRetries = monitor.maxRetries ?? Math.ceil(DAY_SECONDS / retryPeriodSeconds);
  const retryJitterSeconds = monitor.retryJitterSeconds ?? 15;
  if (!(retryPeriodSeconds >= LEAST_RETRY_PERIOD_SECONDS)) {
    throw new UnsupportedSetting(
      "monitor.retryPeriodSeconds",
      `is ${retryPeriodSeconds}`,
      `Give at least ${LEAST_RETRY_PERIOD_SECONDS} seconds.`,
    );
  }
  if (!(maxRetries * retryPeriodSeconds >= DAY_SECONDS)) {
    throw new UnsupportedSetting(
      "monitor.maxRetries",
      `is ${maxRetries}, so a lease would be closed after ${Math.floor((maxRetries * retryPeriodSeconds) / 3600)} h without health`,
      `Give at least ${Math.ceil(DAY_SECONDS / retryPeriodSeconds)}: a day, the time to mend a node.`,
    );
  }
  return { maxRetries, retryPeriodSeconds, retryJitterSeconds };
}

/** The binary checks leases' funds every ten minutes and refuses to withdraw more often (run.go). */
const LEAST_WITHDRAWAL_SECONDS = 600;

/**
 * Fills in how the provider trades.
 *
 * @throws {UnsupportedSetting} a withdrawal period with which the binary does not start
 */
export function planMarket(market: MarketSettings): Required<MarketSettings> {
  const withdrawalPeriodSeconds = market.withdrawalPeriodSeconds ?? 3600;
  if (!(withdrawalPeriodSeconds >= LEAST_WITHDRAWAL_SECONDS)) {
    throw new UnsupportedSetting(
      "withdrawalPeriodSeconds",
      `is ${withdrawalPeriodSeconds}`,
      `Give at least ${LEAST_WITHDRAWAL_SECONDS}.`,
    );
  }
  return {
    bidDeposit: market.bidDeposit ?? "500000uakt",
    withdrawalPeriodSeconds,
    minimumBalance: market.minimumBalance ?? 10_000_000,
    reclamationHours: market.reclamationHours ?? 0,
    nodePorts: market.nodePorts ?? 2500,
    blockedHostnames: market.blockedHostnames ?? [],
    logLevel: market.logLevel ?? "info",
  };
}

/**
 * Checks the site's domain.
 *
 * @throws {UnsupportedSetting} one that already begins with `provider.`, which is put before it
 */
export function planDomain(domain: string): string {
  if (!domain.startsWith("provider.")) return domain;
  const site = domain.slice("provider.".length);
  throw new UnsupportedSetting(
    "domain",
    `is ${domain}, and the provider would be provider.${domain}`,
    `Give ${site}.`,
  );
}

/**
 * Fills in what is overcommitted.
 *
 * @throws {UnsupportedSetting} a value that the binary's integer division would silently round down
 *   (cmd/provider-services/cmd/run.go divides the percentage by 100 before it converts it)
 */
export function planOvercommit(overcommit: Overcommit = {}): Required<Overcommit> {
  const complete = { cpu: 0, memory: 0, storage: 0, ...overcommit };
  for (const [resource, percent] of Object.entries(complete)) {
    if (Number.isInteger(percent / 100) && percent >= 0) continue;
    throw new UnsupportedSetting(
      `overcommit.${resource}`,
      `is ${percent} %, which the provider would treat as ${Math.max(0, Math.floor(percent / 100) * 100)} %`,
      "Give 0 or a whole multiple of 100.",
    );
  }
  return complete;
}

/**
 * The binary serves the attestation webhook with the gateway's certificate where it has one, made for
 * `provider.<domain>`, and the API server calls `akash-provider.akash-services.svc`; what fails there creates no pod
 * of a lease (`cmd/provider-services/cmd/run.go`, `cluster/kube/webhook/registration.go`).
 *
 * @throws {UnsupportedSetting} for both at once
 */
export function refuseSharedCertificate(attestation: boolean, tlsSecret: boolean): void {
  if (!attestation || !tlsSecret) return;
  throw new UnsupportedSetting(
    "attestation",
    "does not go with `tlsSecretName`: the provider would serve its webhook with that certificate, the API server would refuse it, and no lease's pod could start",
    "Leave one of the two out.",
  );
}
