import { type Pricing, planPrices } from "../../components/akash/pricing/prices.ts";
import type { OrderedResources, OrderRecord, Price } from "../../components/chain/market/index.ts";

/** Blocks of an average month, as the price script counts. */
const BLOCKS_A_MONTH = 429_909;
const GIB = 1_073_741_824;

/** What a tenant offers at most for an order, for each block. */
export function offeredFor({ resources }: OrderRecord): Price {
  const amount = resources.reduce((sum, { count, price }) => sum + count * Number(price.amount), 0);
  return { denom: resources[0]?.price.denom ?? "", amount: String(amount) };
}

/**
 * What the price script asks for an order in US dollars a month: the same sums as `price.jq`, here to say why
 * there was no bid.
 */
export function usdAMonth(order: OrderRecord, pricing: Pricing): number {
  const prices = planPrices(pricing, []);
  const dearest = Math.max(...Object.values(prices.storage));
  const storagePrice = (name: string) => prices.storage[name] ?? (name === "ram" ? prices.memory : dearest);
  const each = (unit: OrderedResources): number =>
    (unit.cpu / 1000) * prices.cpu +
    (unit.memory / GIB) * prices.memory +
    sum(unit.storage, ({ bytes, attributes }) => (bytes / GIB) * storagePrice(classOf(attributes))) +
    unit.gpu.units * gpuPrice(unit, prices.gpu, prices.otherGpu);
  const endpoints = sum(order.resources, (unit) => unit.endpoints.filter((kind) => kind !== "ip").length);
  const ips = sum(order.resources, (unit) => unit.endpoints.filter((kind) => kind === "ip").length);
  return (
    sum(order.resources, (unit) => unit.count * each(unit)) + endpoints * prices.endpoint + ips * prices.ip
  );
}

/** Millionths of a dollar for each block: the price in `uact`. */
export function askedInUact(order: OrderRecord, pricing: Pricing): number {
  return (usdAMonth(order, pricing) / BLOCKS_A_MONTH) * 1_000_000;
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

function classOf(attributes: OrderedResources["storage"][number]["attributes"]): string {
  const persistent = attributes.some(({ key, value }) => key === "persistent" && value === "true");
  const name = attributes.find(({ key }) => key === "class")?.value;
  return name === "ram" || persistent ? (name ?? "ephemeral") : "ephemeral";
}

/** The model that an order asks for, `vendor/nvidia/model/rtx5090[/ram/32Gi][/interface/pcie]`. */
const ASKED = /^vendor\/([^/]+)\/model\/([^/]+)(?:\/ram\/([^/]+))?(?:\/interface\/([^/]+))?$/;

/** Models that would serve, `*` for any. */
export function gpuModels({ gpu }: OrderedResources): string[] {
  return gpu.attributes.flatMap(({ key }) => ASKED.exec(key)?.[2] ?? []);
}

function gpuPrice(
  { gpu }: OrderedResources,
  prices: Readonly<Record<string, number>>,
  other: number,
): number {
  const [, , model, ram, kind] =
    gpu.attributes.map(({ key }) => ASKED.exec(key)).find((match) => match !== null) ?? [];
  if (model === undefined) return other;
  const keys = [[model, ram, kind], [model, ram], [model, kind], [model]].filter((parts) =>
    parts.every((part) => part !== undefined),
  );
  const found = keys.map((parts) => prices[parts.join(".")]).find((price) => price !== undefined);
  return found ?? other;
}
