/** Base units in the unit people use: `1500000uakt` is 1.5 AKT. Other denominations stay as they are. */
export function formatAmount(amount: bigint, denom: string): string {
  if (!/^u[a-z]{3,}$/.test(denom)) return `${amount} ${denom}`;
  const digits = amount.toString().padStart(7, "0");
  const fraction = digits.slice(-6).replace(/0+$/, "");
  return `${digits.slice(0, -6)}${fraction && `.${fraction}`} ${denom.slice(1).toUpperCase()}`;
}
