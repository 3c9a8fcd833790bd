import type { Difference } from "../../commands/engineEvents.ts";
import { html, Markup } from "./escape.ts";
import { describeBids, describeDeposits, describeEarnings, describeOrders, showBalance } from "./figures.ts";
import { daysUntil, type FleetReport, type Health, healthOf, type SiteReport } from "./model.ts";
import { STYLE } from "./style.ts";
import { totalOf } from "./total.ts";

/** Longest value shown in full. */
const VALUE_WIDTH = 120;

/**
 * The report as one file that needs nothing else: no script, no font, no request. A policy in the file itself
 * forbids them, in case somebody's text should ever try.
 */
export function renderReport({ generated, sites }: FleetReport): string {
  const judged = sites.map((site) => ({ site, ...healthOf(site, generated) }));
  const count = (health: Health) => judged.filter((one) => one.health === health).length;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>Akash fleet</title>
<style>${STYLE_MARKUP}</style>
</head>
<body>
<main>
<header>
<h1>Akash fleet</h1>
<p class="faint">${sites.length} sites, as of <time datetime="${generated}">${showTime(generated)}</time></p>
<ul class="counts">
<li><b class="ok">${count("ok")}</b>well</li>
<li><b class="attention">${count("attention")}</b>to look at</li>
<li><b class="bad">${count("bad")}</b>bad</li>
</ul>
${facts(totalFacts(sites))}
</header>
<div class="sites">
${judged.map(({ site, health, words }) => card(site, health, words, generated))}
</div>
</main>
</body>
</html>
`;
  return page.text;
}

const STYLE_MARKUP = new Markup(STYLE);

function card(site: SiteReport, health: Health, words: string, now: string): Markup {
  const { name, domain, groups, because, drift, pending, remarks = [], next, upgrade, unknown = [] } = site;
  const notes = [...unknown, ...(upgrade === undefined ? [] : [upgrade])];
  return html`<article id="${name}" class="${health}">
<h2>${name}</h2>
<p class="faint">${domain}${groups.length > 0 ? ` · ${groups.join(", ")}` : ""}</p>
<p class="words">${words}</p>
${because === undefined ? undefined : html`<p>${because}</p>`}
${next === undefined ? undefined : html`<p><b>Next:</b> ${next}</p>`}
${notes.map((note) => html`<p>${note}</p>\n`)}
${facts(factsOf(site, now))}
${list("Remarks", remarks)}
${changes("Drift", drift)}
${changes("Pending", pending)}
</article>
`;
}

type Fact = readonly [term: string, text: string];

function facts(rows: readonly Fact[]): Markup | undefined {
  if (rows.length === 0) return undefined;
  return html`<dl>
${rows.map(([term, text]) => html`<dt>${term}</dt><dd>${text}</dd>\n`)}</dl>`;
}

/** The sites together; nothing where no chain answered. */
function totalFacts(all: readonly SiteReport[]): Fact[] {
  const { sites, leases, earnings, deposits, bids, balance } = totalOf(all);
  if (sites === 0) return [];
  return [
    ["Leases", `${leases} on ${sites} of ${all.length} sites`],
    ["Earnings", describeEarnings(earnings)],
    ["Deposits", describeDeposits(deposits)],
    ["Bids", describeBids(bids)],
    ["Balances", showBalance(balance)],
  ];
}

function factsOf(site: SiteReport, now: string): Fact[] {
  const { versions, certificate, balance, leases, earnings, deposits, orders, lastRollout } = site;
  const known: [string, string | undefined][] = [
    ["Version set", versions.set],
    ["Provider", showVersion(versions)],
    ["Kubernetes", versions.kubernetes],
    ["Chain", versions.chain],
    ["Certificate", certificate && showCertificate(certificate, now)],
    ["Balance", balance && showBalance(balance)],
    ["Leases", leases === undefined ? undefined : String(leases)],
    ["Earnings", earnings && describeEarnings(earnings)],
    ["Deposits", deposits && describeDeposits(deposits)],
    ["Orders", orders && describeOrders(orders).join("; ")],
    ["Last rollout", lastRollout && showRollout(lastRollout)],
  ];
  return known.map(([term, text]): Fact => [term, text ?? "not known"]);
}

function showVersion({ provider, running }: SiteReport["versions"]): string {
  return running === undefined || running === provider ? provider : `${running}, declared ${provider}`;
}

function showCertificate({ state, notAfter }: NonNullable<SiteReport["certificate"]>, now: string): string {
  if (notAfter === undefined) return state;
  const days = daysUntil(notAfter, now);
  const left = days < 0 ? `expired ${-days} days ago` : `${days} days left`;
  return `${state} until ${notAfter.slice(0, 10)} (${left})`;
}

function showRollout({ time, result, because }: NonNullable<SiteReport["lastRollout"]>): string {
  return `${result.replace("-", " ")}, ${showTime(time)}${because === undefined ? "" : `: ${because}`}`;
}

function list(title: string, lines: readonly string[]): Markup | undefined {
  if (lines.length === 0) return undefined;
  return html`<details open>
<summary>${title} (${lines.length})</summary>
<ul class="changes">
${lines.map((line) => html`<li>${line.replace(/^- /, "")}</li>\n`)}</ul>
</details>`;
}

function changes(title: string, differences: readonly Difference[]): Markup | undefined {
  if (differences.length === 0) return undefined;
  return html`<details${title === "Drift" ? html` open` : undefined}>
<summary>${title} (${differences.length})</summary>
<ul class="changes">
${differences.map((difference) => html`<li><b>${difference.resource}</b> ${describe(difference)}</li>\n`)}</ul>
</details>`;
}

function describe({ kind, field, found, declared }: Difference): Markup {
  if (kind !== "changed") return html`${kind}`;
  return html`<code>${field}</code>: found <code>${showValue(found)}</code>, declared <code>${showValue(declared)}</code>`;
}

function showValue(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length <= VALUE_WIDTH ? text : `${text.slice(0, VALUE_WIDTH - 1)}…`;
}

/** `2026-11-21 18:30 UTC` */
function showTime(moment: string): string {
  return `${moment.slice(0, 16).replace("T", " ")} UTC`;
}
