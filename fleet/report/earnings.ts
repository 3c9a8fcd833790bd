import { showBalance } from "./model.ts";

type Amounts = Readonly<Record<string, string>>;

/** What a site earns, as it is shown, for example `1.5 AKT a day`; only what there is. */
export function describeEarnings(earnings: {
  readonly perDay: Amounts;
  readonly withdrawn: Amounts;
  readonly waiting: Amounts;
}): string[] {
  const parts: [Amounts, string][] = [
    [earnings.perDay, "a day"],
    [earnings.withdrawn, "paid out"],
    [earnings.waiting, "waiting"],
  ];
  return parts.flatMap(([amounts, what]) =>
    Object.keys(amounts).length === 0 ? [] : `${showBalance(amounts)} ${what}`,
  );
}
