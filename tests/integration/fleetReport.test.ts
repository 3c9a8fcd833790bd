import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, describe, it } from "mocha";
import type { Browser } from "puppeteer-core";
import type { SiteReport } from "../../fleet/report/model.ts";
import { renderReport } from "../../fleet/report/page.ts";
import { openBrowser } from "../support/browser.ts";
import { figures } from "../unit/fleet/siteReport.ts";

const LONG = "x".repeat(400);
const HOSTILE = `"><img src="http://attacker.test/x"><script>fetch("http://attacker.test")</script>${LONG}`;

const well: SiteReport = {
  name: "berlin",
  groups: ["europe", "canary"],
  domain: "berlin.example.com",
  result: "compared",
  drift: [],
  pending: [],
  versions: { set: "2026-08", provider: "0.16.2", running: "0.16.1", kubernetes: "v1.34.3", chain: "v2" },
  certificate: { state: "valid", notAfter: "2027-11-21T00:00:00Z" },
  balance: { uakt: "123456789000000", uact: "5000000" },
  leases: 12,
  earnings: figures.earnings,
  deposits: { openBids: 2, locked: { uakt: "123456789000000", uact: "5000000" } },
  orders: figures.orders,
  next: "Most open orders offer less than this site asks; compare `pricing` with what others ask.",
  lastRollout: { id: "x", time: "2026-11-21T17:00:00Z", result: "updated" },
};
const drifted: SiteReport = {
  ...well,
  name: "munich",
  remarks: [`- auditors-checklist (medium), munich-registration: ${HOSTILE}`],
  upgrade: `The chain ${LONG} upgrades.`,
  unknown: [HOSTILE],
  domain: `${"very-long-".repeat(20)}.example.com`,
  drift: [
    {
      resource: LONG,
      type: "t",
      kind: "changed",
      field: `a["${LONG}"]`,
      found: HOSTILE,
      declared: { deep: [LONG] },
    },
    { resource: "munich-inventory", type: "t", kind: "missing" },
  ],
  pending: [
    { resource: "munich-provider", type: "t", kind: "changed", field: "image", found: "a", declared: "b" },
  ],
};
const silent: SiteReport = {
  name: "portland",
  groups: [HOSTILE],
  domain: "portland.example.com",
  result: "unreachable",
  because: HOSTILE,
  drift: [],
  pending: [],
  versions: { set: "2026-08", provider: "0.16.2" },
  lastRollout: { id: "x", time: "2026-11-21T17:00:00Z", result: "failed", because: HOSTILE },
};

/** The report as people see it: in a browser, on a phone and on a desk, by day and by night. */
describe("the fleet's report in a browser", function () {
  this.timeout(120_000);
  let browser: Browser;
  let folder: string;
  let address: string;

  before(async function () {
    const opened = await openBrowser();
    if ("missing" in opened) {
      process.stderr.write(`The browser does not start here: ${opened.missing}\n`);
      this.skip();
    }
    browser = opened;
    folder = mkdtempSync(join(tmpdir(), "pulumi-akash-report-"));
    const file = join(folder, "fleet.html");
    writeFileSync(
      file,
      renderReport({ generated: "2026-11-21T18:00:00.000Z", sites: [well, drifted, silent] }),
    );
    address = pathToFileURL(file).href;
  });

  after(async () => {
    await browser?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  /** Opens the report and gives what it says; requests and errors are collected. */
  async function look(width: number, scheme: "light" | "dark") {
    const page = await browser.newPage();
    const requests: string[] = [];
    const errors: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    page.on("console", (message) => errors.push(message.text()));
    page.on("pageerror", (error) => errors.push(String(error)));
    await page.setViewport({ width, height: 740 });
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    await page.goto(address);
    const seen = (await page.evaluate(`({
      scroll: document.documentElement.scrollWidth,
      background: getComputedStyle(document.body).backgroundColor,
      sites: [...document.querySelectorAll("article")].map((site) => [site.id, site.innerText]),
      wide: [...document.querySelectorAll("article *")].filter((e) => e.getBoundingClientRect().right > innerWidth).length,
      columns: new Set([...document.querySelectorAll("article")].map((site) => site.offsetLeft)).size,
    })`)) as {
      scroll: number;
      background: string;
      sites: [string, string][];
      wide: number;
      columns: number;
    };
    await page.close();
    return { ...seen, requests: requests.filter((url) => !url.startsWith("data:")), errors };
  }

  it("fits a phone of 360 pixels, whatever the sites say", async () => {
    const { scroll, wide, columns } = await look(360, "light");
    assert.deepEqual([scroll, wide, columns], [360, 0, 1]);
  });

  it("uses the room of a wide window", async () => {
    const { scroll, columns } = await look(1280, "light");
    assert.deepEqual([scroll, columns], [1280, 3]);
  });

  it("asks nobody for anything and reports no error", async () => {
    const { requests, errors } = await look(360, "light");
    assert.deepEqual([requests, errors], [[address], []]);
  });

  it("is light by day and dark by night", async () => {
    const [day, night] = [await look(360, "light"), await look(360, "dark")];
    assert.deepEqual([day.background, night.background], ["rgb(246, 247, 249)", "rgb(20, 22, 26)"]);
  });

  it("shows for each site what there is to know", async () => {
    const sites = new Map((await look(360, "light")).sites);
    for (const words of [
      "as declared",
      "0.16.1, declared 0.16.2",
      "valid until 2027-11-21",
      "123,456,789 AKT, 5 ACT",
      "12",
      "1.5 AKT a day, 200 ACT paid out",
      "123,456,789 AKT, 5 ACT in running leases and 2 open bids",
      "4 open orders seen; 1 bid open, 12 won, 2 lost; no bid for their price (2), want of an audit (1); lost for",
      "Most open orders offer less",
      "updated, 2026-11-21 17:00 UTC",
    ]) {
      assert.ok(sites.get("berlin")?.includes(words), words);
    }
    assert.match(
      sites.get("munich") ?? "",
      /2 drifted[\s\S]*Remarks \(1\)[\s\S]*Drift \(2\)[\s\S]*munich-inventory missing[\s\S]*Pending \(1\)/,
    );
    const portland = sites.get("portland") ?? "";
    assert.match(portland, /does not answer/);
    assert.ok(portland.includes(HOSTILE), "text is shown as it is, and is not markup");
  });
});
