/** For how long the provider goes on looking at an unhealthy lease before it closes it (`cluster/monitor.go`). */
export interface MonitorRetries {
  readonly retries: number;
  /** Least time between two of them; the binary adds a random part of its jitter. */
  readonly seconds: number;
  /** Both together, at least; NaN where a setting cannot be read. */
  readonly hours: number;
}

/** What the binary does by itself (`cmd/flags.go`); with up to 15 s of jitter each, its 40 retries are about 8 minutes. */
const BINARY = { retries: "40", period: "4s" };

/** @param environment variables of the provider's container by name */
export function monitorRetries(environment: Readonly<Record<string, string>>): MonitorRetries {
  const retries = Number(settingOf(environment, "MONITOR_MAX_RETRIES") ?? BINARY.retries);
  const seconds = secondsOf(settingOf(environment, "MONITOR_RETRY_PERIOD") ?? BINARY.period);
  return { retries, seconds, hours: (retries * seconds) / 3600 };
}

/** The binary reads both prefixes, the newer first, and takes an empty value for none (`cli.GetPersistentPreRunE`). */
function settingOf(environment: Readonly<Record<string, string>>, name: string): string | undefined {
  return environment[`AP_${name}`] || environment[`AKASH_${name}`] || undefined;
}

const UNITS: Readonly<Record<string, number>> = {
  ...{ h: 3600, m: 60, s: 1, ms: 1e-3 },
  ...{ us: 1e-6, µs: 1e-6, ns: 1e-9 },
};

/** `30s`, `5m`, `1h30m` as Go writes durations, in seconds; NaN for anything else. */
export function secondsOf(duration: string): number {
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)/g)];
  if (parts.map(([text]) => text).join("") !== duration || parts.length === 0) return Number.NaN;
  return parts.reduce((sum, [, number, unit = ""]) => sum + Number(number) * (UNITS[unit] ?? 0), 0);
}

/** A time as people say it: hours, and minutes where it is less than one. */
export function inHours(hours: number): string {
  return hours < 1 ? `${Math.round(hours * 60)} minutes` : `${Math.round(hours * 10) / 10} hours`;
}
