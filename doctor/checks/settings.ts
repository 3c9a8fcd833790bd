import { inHours, monitorRetries as retriesOf } from "../../components/akash/monitorRetries.ts";
import { PROVIDER_NAME, SERVICES_NAMESPACE } from "../../components/akash/names.ts";
import type { PriceFile } from "../../components/akash/pricing/prices.ts";
import { PRICE_JQ } from "../../components/akash/pricing/script.ts";
import type { ConfigMap } from "../observe/objects.ts";
import type { Observed } from "../observe/observed.ts";
import { type Check, failed, ok, skipped } from "../types.ts";
import { settingsOf } from "./provider.ts";

const UP = "`npm run up` puts it back.";

export const monitorRetries: Check = {
  id: "monitor-retries",
  title: "an unhealthy lease is kept for a day",
  area: "provider",
  observes: ["all leases closed during maintenance"],
  needs: ["provider-pod"],
  async run(site) {
    const { retries, seconds, hours } = retriesOf(await settingsOf(site));
    const text = `${retries} retries of ${seconds} s, ${inHours(hours)}`;
    if (hours >= 24) return ok(text);
    if (Number.isNaN(hours)) return failed("they are not a number and a duration such as 30s", UP);
    return failed(`${text}: a node's maintenance closes its leases`, UP);
  },
};

export const networkPolicies: Check = {
  id: "network-policies",
  title: "leases are kept apart by network policies",
  area: "provider",
  observes: ["network policies that do nothing"],
  needs: ["provider-pod"],
  async run(site) {
    const { AP_DEPLOYMENT_NETWORK_POLICIES_ENABLED: value } = await settingsOf(site);
    // The binary's default is true; the chart's name without prefix does nothing.
    return value === "false" ? failed("they are switched off", UP) : ok("on");
  },
};

export const staticHosts: Check = {
  id: "static-hosts",
  title: "leases get a host name of their own",
  area: "provider",
  observes: ["leases without a web address"],
  needs: ["provider-pod"],
  async run(site) {
    const { AP_DEPLOYMENT_INGRESS_STATIC_HOSTS: value, AP_DEPLOYMENT_INGRESS_DOMAIN: domain } =
      await settingsOf(site);
    if (value !== "true") return failed("AP_DEPLOYMENT_INGRESS_STATIC_HOSTS is not true", UP);
    const wanted = `ingress.${site.site.domain}`;
    return domain === wanted ? ok(wanted) : failed(`they appear below ${domain}, not ${wanted}`, UP);
  },
};

export const literals: Check = {
  id: "literal-variables",
  title: "no setting is the name of a variable that nobody filled in",
  area: "provider",
  observes: ["literal `$KEY_SECRET`"],
  needs: ["provider-pod"],
  async run(site) {
    const settings = await settingsOf(site);
    const left = Object.entries(settings)
      .filter(([, value]) => /^\$\{?[A-Z_][A-Z0-9_]*\}?$/.test(value) || value === "undefined")
      .map(([name, value]) => `${name} is \`${value}\``);
    return left.length === 0
      ? ok(`${Object.keys(settings).length} settings`)
      : failed(
          left.join("; "),
          "Write the value itself where it was set; `npm run up` puts the declared ones back.",
        );
  },
};

async function pricesOf(site: Observed): Promise<Readonly<Record<string, string>> | undefined> {
  const path = `/api/v1/namespaces/${SERVICES_NAMESPACE}/configmaps/${PROVIDER_NAME}-pricing`;
  return (await site.cluster.get<ConfigMap>(path))?.data;
}

export const priceScript: Check = {
  id: "price-script",
  title: "the price script answers for orders in uact",
  area: "provider",
  observes: ["no bids on uact orders"],
  needs: ["provider-pod"],
  async run(site) {
    const { AP_BID_PRICE_STRATEGY: strategy } = await settingsOf(site);
    if (strategy !== "shellScript")
      return failed(`bids are priced by \`${strategy}\`, not by the script`, UP);
    const data = await pricesOf(site);
    if (data === undefined) return failed("its ConfigMap is missing", UP);
    const script = data["price.jq"] ?? data["price.sh"] ?? "";
    if (script === PRICE_JQ) return ok("the declared script, which answers for uact");
    return script.includes("uact")
      ? failed("it is another script than the declared one", UP, { severity: "warning" })
      : failed("it does not know uact, and tenants pay in it", UP);
  },
};

export const gpuPrices: Check = {
  id: "gpu-prices",
  title: "every GPU model that is offered has a price of its own",
  area: "provider",
  observes: ["price for `*` GPU ignored"],
  severity: "warning",
  needs: ["provider-pod"],
  after: ["gpu", "price-script"],
  async run(site) {
    const [{ devices }, data] = await Promise.all([site.cluster.gpu(), pricesOf(site)]);
    const models = [
      ...new Set(devices.filter(({ allocatable }) => allocatable > 0).map(({ model }) => model)),
    ];
    if (models.length === 0) return skipped("no node offers a GPU");
    const prices = JSON.parse(data?.["prices.json"] ?? "{}") as Partial<PriceFile>;
    const keys = Object.keys(prices.gpu ?? {});
    const without = models.filter((model) => !keys.some((key) => key.split(".")[0] === model));
    if (without.length === 0) return ok(models.join(", "));
    return failed(
      `${without.join(", ")} ${without.length === 1 ? "costs" : "cost"} what the dearest other model does (${prices.otherGpu ?? 100} USD a month)`,
      `Name it in the declaration: \`pricing: {gpu: {${without[0]}: 120}}\`, then \`npm run up\`.`,
    );
  },
};
