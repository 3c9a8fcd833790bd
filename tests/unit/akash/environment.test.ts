import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import {
  hostnameVariables,
  inventoryVariables,
  ipVariables,
} from "../../../components/akash/environment/operators.ts";
import { providerVariables } from "../../../components/akash/environment/provider.ts";
import {
  type ProviderSettings,
  planMarket,
  planMonitor,
  planOvercommit,
} from "../../../components/akash/environment/settings.ts";
import { planEnvironment, type Variable } from "../../../components/akash/environment/types.ts";
import { UnsupportedSetting } from "../../../components/akash/errors.ts";
import { CHART_VERSION } from "../../../components/akash/versions.ts";
import {
  CHART_VERSION_READ,
  HOSTNAME_CHART,
  INVENTORY_CHART,
  IP_CHART,
  PROVIDER_CHART,
} from "./chartEnvironment.ts";
import { providerModule } from "./providerModule.ts";

const settings: ProviderSettings<string> = {
  ...planMarket({}),
  home: "/var/lib/akash",
  keyName: "provider",
  network: { chainId: "akashnet-2", rpc: "https://rpc.example.com:443" },
  domain: "example.com",
  ingressMode: "gateway",
  gateway: { name: "akash-gateway", namespace: "akash-gateway" },
  ipOperator: false,
  pricingFolder: "/etc/akash/pricing",
  overcommit: planOvercommit(),
  monitor: planMonitor(),
};

function asRecord<S>(table: readonly Variable<S, string>[], given: S): Readonly<Record<string, string>> {
  return Object.fromEntries(
    planEnvironment(table, given).map((entry) => [
      entry.name,
      "value" in entry ? entry.value : entry.valueFrom.fieldRef.fieldPath,
    ]),
  );
}

const provider = (change: Partial<ProviderSettings<string>> = {}): Readonly<Record<string, string>> =>
  asRecord(providerVariables<string>(), { ...settings, ...change });

describe("environment of provider and operators", () => {
  it("was read from the chart version that is pinned", () => {
    assert.equal(CHART_VERSION_READ, CHART_VERSION);
  });

  const tables: readonly [string, readonly Variable<never, never>[], readonly string[]][] = [
    ["provider", providerVariables<never>(), [...new Set(Object.values(PROVIDER_CHART).flat())]],
    ["hostname operator", hostnameVariables, HOSTNAME_CHART],
    ["inventory operator", inventoryVariables, INVENTORY_CHART],
    ["IP operator", ipVariables<never>(), IP_CHART],
  ];
  for (const [who, table, chart] of tables) {
    it(`answers for every variable of the ${who}'s chart, once`, () => {
      const answered = table.flatMap((variable) => variable.chart ?? []);
      assert.deepEqual(answered.toSorted(), chart.toSorted());
    });

    it(`sets no variable of the ${who} twice and gives a reason for each`, () => {
      const names = table.flatMap((variable) => ("name" in variable ? variable.name : []));
      assert.equal(new Set(names).size, names.length);
      for (const variable of table) {
        assert.ok(("omitted" in variable ? variable.omitted : variable.because).length > 5, variable.chart);
      }
    });
  }

  it("uses only names that the binary reads", async function () {
    const module = await providerModule();
    if (module === undefined) return this.skip();
    const read = new Set([...module.literals("cmd"), ...module.literals("operator"), ...COSMOS_FLAGS]);
    for (const [who, table] of tables) {
      for (const variable of table) {
        if (!("name" in variable) || variable.name === "HOME") continue;
        assert.match(variable.name, /^AP_[A-Z0-9_]+$/);
        const flag = variable.name.slice("AP_".length).toLowerCase().replaceAll("_", "-");
        assert.ok(
          read.has(flag) || read.has(flag.replaceAll("-", "_")),
          `${who}: no flag for ${variable.name}`,
        );
      }
    }
  });

  it("keeps a lease a day, gives it a host name, keeps it apart and shows metrics", () => {
    const environment = provider();
    const seconds =
      Number(environment["AP_MONITOR_MAX_RETRIES"]) *
      Number.parseInt(environment["AP_MONITOR_RETRY_PERIOD"] ?? "", 10);
    assert.ok(seconds >= 24 * 3600);
    assert.equal(environment["AP_DEPLOYMENT_INGRESS_STATIC_HOSTS"], "true");
    assert.equal(environment["AP_DEPLOYMENT_NETWORK_POLICIES_ENABLED"], "true");
    assert.equal(environment["AP_METRICS_LISTENER"], "0.0.0.0:9090");
    assert.equal(environment["AP_BID_PRICE_STRATEGY"], "shellScript");
    assert.equal(environment["AP_KEYRING_BACKEND"], "test");
  });

  it("names the gateway in gateway mode only", () => {
    assert.equal(provider()["AP_INGRESS_MODE"], "gateway-api");
    assert.equal(provider()["AP_GATEWAY_PROVIDER"], "nginx");
    const classic = provider({ ingressMode: "classic" });
    assert.equal(classic["AP_INGRESS_MODE"], "ingress");
    assert.deepEqual(
      Object.keys(classic).filter((name) => name.startsWith("AP_GATEWAY")),
      [],
    );
    assert.equal(
      asRecord(hostnameVariables, { ...settings, ingressMode: "classic" })["AP_GATEWAY_NAME"],
      undefined,
    );
  });

  it("sets what belongs to an option only with it", () => {
    assert.equal(provider()["AP_RECLAMATION_WINDOW"], undefined);
    assert.equal(provider({ reclamationHours: 24 })["AP_RECLAMATION_WINDOW"], "24h");
    assert.equal(provider({ tlsFolder: "/etc/akash/tls" })["AP_GATEWAY_TLS_CERT"], "/etc/akash/tls/tls.crt");
    assert.equal(provider()["AP_ATTESTATION_WEBHOOK_ENABLED"], undefined);
    assert.equal(provider({ attestationImage: "sidecar:1" })["AP_ATTESTATION_SIDECAR_IMAGE"], "sidecar:1");
    assert.equal(
      provider({ blockedHostnames: ["a.example"] })["AP_DEPLOYMENT_BLOCKED_HOSTNAMES"],
      "provider.example.com,a.example",
    );
  });

  it("tells each operator its own pod and the lease namespace", () => {
    const hostname = asRecord(hostnameVariables, settings);
    assert.equal(hostname["AP_POD_NAME"], "metadata.name");
    assert.equal(hostname["AP_K8S_MANIFEST_NS"], "lease");
    assert.equal(
      asRecord(inventoryVariables, { configFile: "/etc/akash/inventory.yaml" })["AP_CONFIG"],
      "/etc/akash/inventory.yaml",
    );
    const ip = asRecord(ipVariables<string>(), { owner: "akash1owner", metalLbPool: "public" });
    assert.deepEqual([ip["AP_PROVIDER"], ip["AP_METAL_LB_POOL"]], ["akash1owner", "public"]);
  });
});

describe("monitor, market and overcommit", () => {
  it("keeps what is given and refuses to withdraw more often than the binary can", () => {
    const given = {
      bidDeposit: "1uact",
      withdrawalPeriodSeconds: 600,
      minimumBalance: 1,
      reclamationHours: 2,
      nodePorts: 3,
      blockedHostnames: ["a"],
      logLevel: "debug" as const,
    };
    assert.deepEqual(planMarket(given), given);
    assert.deepEqual(planMarket({}), {
      bidDeposit: "500000uakt",
      withdrawalPeriodSeconds: 3600,
      minimumBalance: 10_000_000,
      reclamationHours: 0,
      nodePorts: 2500,
      blockedHostnames: [],
      logLevel: "info",
    });
    assert.throws(() => planMarket({ withdrawalPeriodSeconds: 599 }), UnsupportedSetting);
  });

  it("accepts exactly the monitors that keep a lease a day", () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.integer({ min: 1, max: 600 }), (maxRetries, retryPeriodSeconds) => {
        const plan = () => planMonitor({ maxRetries, retryPeriodSeconds });
        if (retryPeriodSeconds >= 4 && maxRetries * retryPeriodSeconds >= 86_400)
          assert.equal(plan().maxRetries, maxRetries);
        else assert.throws(plan, UnsupportedSetting);
      }),
    );
    assert.deepEqual(planMonitor(), { maxRetries: 2880, retryPeriodSeconds: 30, retryJitterSeconds: 15 });
    assert.equal(planMonitor({ retryPeriodSeconds: 7 }).maxRetries, 12_343);
    assert.throws(() => planMonitor({ maxRetries: 40 }), /closed after 0 h .* at least 2880/);
  });

  it("accepts exactly the overcommits that the binary does not round", () => {
    fc.assert(
      fc.property(fc.integer({ min: -500, max: 1000 }), (percent) => {
        if (percent >= 0 && percent % 100 === 0)
          assert.equal(planOvercommit({ memory: percent }).memory, percent);
        else assert.throws(() => planOvercommit({ memory: percent }), UnsupportedSetting);
      }),
    );
    assert.throws(() => planOvercommit({ cpu: 150 }), /would treat as 100 %/);
    assert.deepEqual(planOvercommit({ cpu: 100 }), { cpu: 100, memory: 0, storage: 0 });
  });
});

/** Flags of the Cosmos SDK's commands, which are not in the provider's module (chain-sdk go/cli/flags/flags.go). */
const COSMOS_FLAGS = [
  "home",
  "from",
  "node",
  "chain-id",
  "keyring-backend",
  "broadcast-mode",
  "yes",
  "log_level",
  "gas",
  "gas-adjustment",
  "gas-prices",
  "minimum-gas-prices",
];
