import type { ProviderSettings } from "./settings.ts";
import type { Variable } from "./types.ts";

const RUN = "cmd/provider-services/cmd/run.go";

/** Bids, deposits and withdrawals. */
export function marketVariables<Text>(): readonly Variable<ProviderSettings<Text>, Text>[] {
  return [
    {
      name: "AP_BID_PRICE_STRATEGY",
      chart: "AKASH_BID_PRICE_STRATEGY",
      value: () => "shellScript",
      because: "the only strategy that can price by GPU model and in ACT",
    },
    {
      name: "AP_BID_PRICE_SCRIPT_PATH",
      chart: "AKASH_BID_PRICE_SCRIPT_PATH",
      value: (site) => `${site.pricingFolder}/price.sh`,
      because: "bidengine/shellscript.go",
    },
    {
      name: "AP_BID_DEPOSIT",
      chart: "AKASH_BID_DEPOSIT",
      value: (site) => site.bidDeposit,
      because: "locked while a bid is open",
    },
    {
      name: "AP_MINIMUM_BALANCE",
      chart: "AKASH_MINIMUM_BALANCE",
      value: (site) => String(site.minimumBalance),
      because: "in uakt; the default is twice a bid's deposit (cmd/provider-services/cmd/flags.go)",
    },
    {
      name: "AP_WITHDRAWAL_PERIOD",
      chart: "AKASH_WITHDRAWAL_PERIOD",
      value: (site) => `${site.withdrawalPeriodSeconds}s`,
      because: `at least the funds monitor's interval, which is 10m (${RUN})`,
    },
    {
      name: "AP_RECLAMATION_WINDOW",
      chart: "AKASH_RECLAMATION_WINDOW",
      value: (site) => (site.reclamationHours === 0 ? undefined : `${site.reclamationHours}h`),
      because: "0 offers no reclamation, which is the default",
    },
  ];
}
