import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { commonModels } from "./commonModels.ts";
import type { GpuDatabase, GpuModel } from "./types.ts";

/**
 * Where the network's inventory operator itself reads the database
 * (`operator/inventory/types.go`, `defaultProviderConfigsURL`; path `/devices/gpus`).
 */
export const gpuDatabaseUrl = "https://provider-configs.akash.network/devices/gpus";

/** The GPU database could not be understood. */
export class GpuDatabaseInvalid extends Error {
  override readonly name = "GpuDatabaseInvalid";
  constructor(source: string, reason: string) {
    super(
      `The GPU database at ${source} is not usable: ${reason}. Check the address, or leave it out for the default.`,
    );
  }
}

/** `SXM5` and `SXM4` are `sxm` on the network (`FilterGPUInterface` in `cluster/types/v1beta3/types.go`). */
export function normalizeInterface(value: string): string {
  const lower = value.toLowerCase();
  return lower.startsWith("sxm") ? "sxm" : lower;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/**
 * Reads the upstream form, `{vendorId: {name, devices: {deviceId: {name, interface, memory_size}}}}`.
 *
 * @throws GpuDatabaseInvalid when it has another form or holds no device
 */
export function parseGpuDatabase(source: string, json: string): GpuDatabase {
  let document: unknown;
  try {
    document = JSON.parse(json);
  } catch {
    throw new GpuDatabaseInvalid(source, "it is not JSON");
  }
  if (!isRecord(document)) throw new GpuDatabaseInvalid(source, "it is not an object of vendors");
  const models = new Map<string, GpuModel>();
  for (const [vendorId, entry] of Object.entries(document)) {
    const vendor = isRecord(entry) ? text(entry["name"]) : undefined;
    if (!isRecord(entry) || vendor === undefined || !isRecord(entry["devices"])) {
      throw new GpuDatabaseInvalid(source, `vendor ${vendorId} has no name or no devices`);
    }
    for (const [deviceId, device] of Object.entries(entry["devices"])) {
      const model = isRecord(device) ? text(device["name"]) : undefined;
      if (!isRecord(device) || model === undefined) {
        throw new GpuDatabaseInvalid(source, `device ${vendorId}:${deviceId} has no name`);
      }
      const memory = text(device["memory_size"]);
      const attachment = text(device["interface"]);
      models.set(`${vendorId}:${deviceId}`.toLowerCase(), {
        vendor,
        model,
        ...(memory === undefined ? {} : { memory }),
        ...(attachment === undefined ? {} : { interface: normalizeInterface(attachment) }),
      });
    }
  }
  if (models.size === 0) throw new GpuDatabaseInvalid(source, "it holds no devices");
  return models;
}

export interface GpuDatabaseOptions {
  /** Address of the database in its upstream form. Default: the network's own. */
  readonly url?: string;
  /** File that keeps the last good answer. */
  readonly cacheFile: string;
  /** Age in milliseconds after which the file is fetched again. Default: one day. */
  readonly maxAgeMs?: number;
  /** Time limit of the fetch in milliseconds. Default: 5000. */
  readonly timeoutMs?: number;
  /** Default: now. */
  readonly now?: Date;
}

export interface LoadedGpuDatabase {
  readonly database: GpuDatabase;
  /** Where the models came from; `common` is the built-in table of common models. */
  readonly source: "network" | "cache" | "common";
  /** Why the network's database was not used, when it was not. */
  readonly reason?: string;
}

interface CachedDatabase {
  readonly fetchedAt: number;
  readonly database: GpuDatabase;
}

/** A cache of another address, or one that cannot be read, counts as none. */
async function readCache(file: string, url: string): Promise<CachedDatabase | undefined> {
  try {
    const cached: unknown = JSON.parse(await readFile(file, "utf8"));
    if (!isRecord(cached) || cached["url"] !== url) return undefined;
    const database = parseGpuDatabase(file, String(cached["body"]));
    return { fetchedAt: Date.parse(String(cached["fetchedAt"])), database };
  } catch {
    return undefined;
  }
}

/** Written beside and renamed, so that a reader never sees half a file. */
async function writeCache(file: string, content: Record<string, string>): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const partial = `${file}.${process.pid}`;
  await writeFile(partial, JSON.stringify(content));
  await rename(partial, file);
}

async function fetchDatabase(url: string, timeoutMs: number): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) throw new GpuDatabaseInvalid(url, `it answered ${response.status}`);
  return response.text();
}

/**
 * The GPU database: from the cache while it is fresh, else from its source, else a stale cache, else the
 * built-in table of common models. It never fails for want of a network: an unknown card is then named by
 * detection.
 */
export async function loadGpuDatabase(options: GpuDatabaseOptions): Promise<LoadedGpuDatabase> {
  const {
    url = gpuDatabaseUrl,
    cacheFile,
    maxAgeMs = 86_400_000,
    timeoutMs = 5000,
    now = new Date(),
  } = options;
  const cached = await readCache(cacheFile, url);
  if (cached !== undefined && now.getTime() - cached.fetchedAt < maxAgeMs) {
    return { database: cached.database, source: "cache" };
  }
  try {
    const body = await fetchDatabase(url, timeoutMs);
    const database = parseGpuDatabase(url, body);
    // A cache that cannot be written costs the next start a fetch, nothing more.
    await writeCache(cacheFile, { url, fetchedAt: now.toISOString(), body }).catch(() => undefined);
    return { database, source: "network" };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (cached !== undefined) return { database: cached.database, source: "cache", reason };
    return { database: commonModels, source: "common", reason };
  }
}
