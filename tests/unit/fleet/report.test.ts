import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { lastRolloutOf } from "../../../fleet/report/collect.ts";
import { html } from "../../../fleet/report/escape.ts";
import {
  describeBids,
  describeDeposits,
  describeEarnings,
  describeOrders,
  showBalance,
} from "../../../fleet/report/figures.ts";
import { healthOf, type SiteReport } from "../../../fleet/report/model.ts";
import { renderReport } from "../../../fleet/report/page.ts";
import { totalOf } from "../../../fleet/report/total.ts";
import { newRecord } from "../../../fleet/rollout/record.ts";
import { base, figures, NOW } from "./siteReport.ts";

const drifted = {
  resource: "east-registration",
  type: "t",
  kind: "changed",
  field: "attributes.tier",
  found: "premium",
  declared: "community",
} as const;

describe("how a site is", () => {
  const words = (site: Partial<SiteReport>) => Object.values(healthOf({ ...base, ...site }, NOW)).join(": ");
  const until = (notAfter: string) => ({ certificate: { state: "valid", notAfter } });

  it("goes from bad to well, the worst first", () => {
    assert.equal(words({ result: "unreachable", drift: [drifted] }), "bad: does not answer");
    assert.equal(words({ result: "failed" }), "bad: could not be compared");
    assert.equal(
      words({ ...until("2026-11-20T00:00:00Z"), drift: [drifted] }),
      "bad: certificate has expired",
    );
    assert.equal(
      words({ certificate: { state: "none is valid on the chain" }, drift: [drifted] }),
      "bad: no valid certificate",
    );
    assert.equal(words({ ...until("2026-12-01T00:00:00Z"), drift: [drifted] }), "attention: 1 drifted");
    assert.equal(words(until("2026-12-01T00:00:00Z")), "attention: certificate expires soon");
    assert.equal(words({ ...until("2027-12-01T00:00:00Z"), pending: [drifted] }), "attention: 1 pending");
    assert.equal(words(until("2027-12-01T00:00:00Z")), "ok: as declared");
  });
});

describe("the report's figures", () => {
  it("are whole units where the denomination is a millionth", () => {
    assert.equal(showBalance({ uakt: "12500000", uact: "0", "ibc/AB": "7" }), "12.5 AKT, 0 ACT, 7 ibc/AB");
    assert.equal(showBalance({}), "nothing");
  });

  it("say what a site earns, only what there is", () => {
    assert.equal(
      describeEarnings({ perDay: { uakt: "1500000" }, withdrawn: {}, waiting: { uact: "1" } }),
      "1.5 AKT a day, 0 ACT waiting",
    );
    assert.equal(describeEarnings({ perDay: {}, withdrawn: {}, waiting: {} }), "none yet");
    assert.equal(describeDeposits(figures.deposits), "0.5 AKT in running leases and 1 open bid");
    assert.equal(describeDeposits({ openBids: 0, locked: {} }), "none");
  });

  it("say what became of orders, and why where something did", () => {
    assert.deepEqual(describeOrders(figures.orders), [
      "4 open orders seen",
      "1 bid open, 12 won, 2 lost",
      "no bid for their price (2), want of an audit (1)",
      "lost for their price (2)",
    ]);
    const none = { open: 1, bids: { open: 0, won: 0, lost: 0 }, passedOver: {}, lostTo: {} };
    assert.deepEqual(describeOrders(none), ["1 open order seen", "0 bids open, 0 won, 0 lost"]);
    assert.equal(describeBids(none.bids), "0 bids open, 0 won, 0 lost");
  });

  it("are added up over all sites whose chain answered, exactly", () => {
    const balance = { uakt: "9007199254740993", "ibc/AB": "1" };
    assert.deepEqual(totalOf([{ ...base, ...figures }, { ...base, ...figures, balance }, base]), {
      sites: 2,
      leases: 24,
      earnings: { perDay: { uakt: "3000000" }, withdrawn: { uact: "400000000" }, waiting: {} },
      deposits: { openBids: 2, locked: { uakt: "1000000" } },
      bids: { open: 2, won: 24, lost: 4 },
      balance: { uakt: "9007200489240993", uact: "32000000", "ibc/AB": "1" },
    });
    assert.equal(totalOf([base]).sites, 0);
  });

  it("name the last rollout that began with the site, not one that stopped before it", () => {
    const record = (id: number, result: "updated" | "untouched" | "failed") => ({
      ...newRecord(
        { command: "up", waves: [{ title: "", sites: ["east"] }], declarations: {} },
        { user: "", host: "", pid: 1 },
        new Date(id),
      ),
      sites: { east: { result, declaration: "" } },
    });
    assert.equal(
      lastRolloutOf("east", [record(3, "untouched"), record(2, "failed"), record(1, "updated")])?.result,
      "failed",
    );
    assert.equal(lastRolloutOf("west", [record(1, "updated")]), undefined);
  });
});

describe("the report's markup", () => {
  it("escapes everything that is put into it", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, attribute) => {
        const { text: made } = html`<p title="${attribute}">${[html`<b>${text}</b>`, undefined, text]}</p>`;
        const inner = made.replace(/^<p title="/, "").replace(/<\/p>$/, "");
        assert.equal((inner.match(/</g) ?? []).length, 2, made);
        assert.equal(inner.match(/&(?!(amp|lt|gt|quot|#39);)/g), null);
      }),
    );
  });

  it("holds every site with its facts, and nothing that somebody smuggled in", () => {
    const page = renderReport({
      generated: NOW,
      sites: [
        {
          ...base,
          certificate: { state: "valid", notAfter: "2026-12-01T00:00:00Z" },
          ...figures,
          remarks: ["- auditors-checklist (medium): it has no website"],
          upgrade: "The chain upgrades at block 9.",
          unknown: ["Won bids could not be read."],
          next: "Nothing to do.",
        },
        {
          ...base,
          name: "west",
          result: "unreachable",
          because: "<script>alert(1)</script>",
          drift: [{ ...drifted, found: '"><img src=x>' }],
        },
      ],
    });
    assert.match(page, /<article id="east" class="attention">/);
    assert.match(page, /valid until 2026-12-01 \(9 days left\)/);
    for (const [term, text] of [
      ["Version set", "2026-08"],
      ["Balance", "1,234.5 AKT, 32 ACT"],
      ["Earnings", "1.5 AKT a day, 200 ACT paid out"],
      ["Deposits", "0.5 AKT in running leases and 1 open bid"],
      ["Orders", "4 open orders seen; 1 bid open, 12 won, 2 lost; no bid for their price"],
      ["Leases", "12 on 1 of 2 sites"],
      ["Bids", "1 bid open, 12 won, 2 lost"],
    ]) {
      assert.ok(page.includes(`<dt>${term}</dt><dd>${text}`), `${term}: ${text}`);
    }
    for (const words of [
      "<b>Next:</b> Nothing to do.",
      "Won bids could not be read.",
      "The chain upgrades at block 9.",
    ])
      assert.match(page, new RegExp(`<p>${words}</p>`.replaceAll(".", "\\.")));
    assert.match(page, /Remarks \(1\)<\/summary>\n<ul class="changes">\n<li>auditors-checklist/);
    assert.match(page, /<article id="west" class="bad">/);
    assert.match(page, /attributes\.tier/);
    assert.doesNotMatch(page, /<script|<img|https?:\/\//);
  });
});
