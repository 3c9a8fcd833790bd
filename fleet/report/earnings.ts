import { sumOf, wholeUnits } from "../../components/chain/market/amounts.ts";
import type { LeaseRecord } from "../../components/chain/market/types.ts";
import { showBalance } from "./model.ts";

/** What the running leases have brought so far, paid out or not, for example `12.5 AKT from running leases`. */
export function earningsOf(leases: readonly Pick<LeaseRecord, "payment">[]): string[] {
  const earned = sumOf(
    leases.flatMap(({ payment: { withdrawn, balance } }) => [
      withdrawn,
      { denom: balance.denom, amount: wholeUnits(balance) },
    ]),
  );
  return Object.entries(earned).map(
    ([denomination, amount]) => `${showBalance({ [denomination]: String(amount) })} from running leases`,
  );
}
