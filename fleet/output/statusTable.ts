import Table from "cli-table3";
import pc from "picocolors";
import { daysUntil, type FleetReport, healthOf, showBalance } from "../report/model.ts";

/** The table's own colours, where there are colours. */
export const frame = () =>
  pc.isColorSupported ? { head: ["dim"], border: ["dim"] } : { head: [], border: [] };

const COLOURS = { ok: pc.green, attention: pc.yellow, bad: pc.red } as const;

/** The fleet as a table for a person. */
export function statusTable({ sites, generated }: FleetReport): string {
  const table = new Table({
    head: ["site", "state", "provider", "certificate", "balance", "leases", "last rollout"],
    style: { ...frame(), compact: true },
  });
  for (const site of sites) {
    const { health, words } = healthOf(site, generated);
    const { versions, certificate, balance, leases, lastRollout } = site;
    table.push([
      site.name,
      COLOURS[health](words),
      versions.running ?? pc.dim(`${versions.provider} declared`),
      certificate === undefined ? "?" : `${daysUntil(certificate.notAfter, generated)} days`,
      balance === undefined ? "?" : showBalance(balance),
      leases ?? "?",
      lastRollout === undefined ? "none" : `${lastRollout.result} ${lastRollout.time.slice(0, 10)}`,
    ]);
  }
  return `${table.toString()}\n`;
}
