import { UnsupportedSetting } from "../errors.ts";

/** What one unit costs, in USD a month. */
export interface Pricing {
  /** One CPU thread; default 1.6. */
  readonly cpu?: number;
  /** 1 GiB of memory, also for storage of class `ram`; default 0.8. */
  readonly memory?: number;
  /** 1 GiB of storage by kind. */
  readonly storage?: {
    /** Default 0.02. */
    readonly ephemeral?: number;
    /** Class `beta1`; default 0.01. */
    readonly hdd?: number;
    /** Class `beta2`; default 0.03. */
    readonly ssd?: number;
    /** Class `beta3`; default 0.04. */
    readonly nvme?: number;
  };
  /**
   * One GPU, by model (`rtx5090`), model and memory (`a100.80Gi`), model and interface (`a100.pcie`), or all
   * three (`a100.80Gi.pcie`); the most precise entry wins. A model without entry costs the dearest one
   * listed, and never less than 100.
   */
  readonly gpu?: Readonly<Record<string, number>>;
  /** One endpoint; default 0.05. */
  readonly endpoint?: number;
  /** One leased IP address; default 5. */
  readonly ip?: number;
  /** Owners to bid for; default everybody. */
  readonly tenants?: readonly string[];
  /** USD for one AKT when no source answers; without it such orders get no bid. Only `uakt` orders need it. */
  readonly fallbackAktUsd?: number;
}

/** Where the price of AKT is asked: an address, and where the number stands in its answer. */
export interface PriceSource {
  readonly url: string;
  readonly path: readonly string[];
}

/** The sources the official price script asks, in its order. */
export const AKT_PRICE_SOURCES: readonly PriceSource[] = [
  {
    url: "https://api.diadata.org/v1/assetQuotation/Osmosis/ibc-C2CFB1C37C146CF95B0784FD518F8030FEFC76C5800105B1742FB65FFE65F873",
    path: ["Price"],
  },
  {
    url: "https://api.coingecko.com/api/v3/simple/price?ids=akash-network&vs_currencies=usd",
    path: ["akash-network", "usd"],
  },
];

/** `prices.json`, which the price script reads at every bid: a new price needs no restart. */
export interface PriceFile {
  readonly cpu: number;
  readonly memory: number;
  readonly storage: Readonly<Record<string, number>>;
  readonly gpu: Readonly<Record<string, number>>;
  /** What a GPU without entry costs. */
  readonly otherGpu: number;
  readonly endpoint: number;
  readonly ip: number;
  readonly tenants: readonly string[];
  readonly akt: { readonly sources: readonly PriceSource[]; readonly fallbackUsd: number | null };
}

/** Least price of a GPU that no entry names, USD a month (support#139, price_script_generic.sh). */
const GPU_FLOOR = 100;

const GPU_KEY = /^[a-z0-9][a-z0-9_-]*(\.[0-9]+Gi)?(\.[a-z][a-z0-9]*)?$/;

/**
 * Writes `prices.json`.
 *
 * @throws {UnsupportedSetting} a price that is negative or not a number, or a GPU key the script could not match
 */
export function planPrices(
  pricing: Pricing = {},
  sources: readonly PriceSource[] = AKT_PRICE_SOURCES,
): PriceFile {
  const gpu = pricing.gpu ?? {};
  for (const key of Object.keys(gpu)) rejectGpuKey(key);
  const file: PriceFile = {
    cpu: pricing.cpu ?? 1.6,
    memory: pricing.memory ?? 0.8,
    storage: {
      ephemeral: pricing.storage?.ephemeral ?? 0.02,
      beta1: pricing.storage?.hdd ?? 0.01,
      beta2: pricing.storage?.ssd ?? 0.03,
      beta3: pricing.storage?.nvme ?? 0.04,
    },
    gpu,
    otherGpu: Math.max(GPU_FLOOR, ...Object.values(gpu)),
    endpoint: pricing.endpoint ?? 0.05,
    ip: pricing.ip ?? 5,
    tenants: pricing.tenants ?? [],
    akt: { sources, fallbackUsd: pricing.fallbackAktUsd ?? null },
  };
  rejectBadPrices(file);
  return file;
}

function rejectGpuKey(key: string): void {
  if (GPU_KEY.test(key)) return;
  throw new UnsupportedSetting(
    `pricing.gpu.${key}`,
    key.includes("*") ? "uses `*`, which matches no GPU" : "is not a GPU that an order could ask for",
    "Name a model as the network does, for example `rtx5090`, `a100.80Gi` or `a100.80Gi.pcie`.",
  );
}

function rejectBadPrices(file: PriceFile): void {
  const prices: readonly [string, number][] = [
    ["cpu", file.cpu],
    ["memory", file.memory],
    ["endpoint", file.endpoint],
    ["ip", file.ip],
    ["fallbackAktUsd", file.akt.fallbackUsd ?? 0],
    ...Object.entries(file.storage).map(([name, price]): [string, number] => [`storage.${name}`, price]),
    ...Object.entries(file.gpu).map(([name, price]): [string, number] => [`gpu.${name}`, price]),
  ];
  for (const [name, price] of prices) {
    if (Number.isFinite(price) && price >= 0) continue;
    throw new UnsupportedSetting(`pricing.${name}`, `is ${price}`, "Give USD a month, zero or more.");
  }
}
