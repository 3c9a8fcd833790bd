import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { lastRolloutOf } from "../../../fleet/report/collect.ts";
import { describeEarnings } from "../../../fleet/report/earnings.ts";
import { html } from "../../../fleet/report/escape.ts";
import { healthOf, type SiteReport, showBalance } from "../../../fleet/report/model.ts";
import { renderReport } from "../../../fleet/report/page.ts";
import { newRecord } from "../../../fleet/rollout/record.ts";
import { base, NOW } from "./siteReport.ts";

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
    assert.deepEqual(
      describeEarnings({ perDay: { uakt: "1500000" }, withdrawn: {}, waiting: { uact: "1" } }),
      ["1.5 AKT a day", "0 ACT waiting"],
    );
    assert.deepEqual(describeEarnings({ perDay: {}, withdrawn: {}, waiting: {} }), []);
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
          balance: { uakt: "2000000" },
          leases: 3,
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
    assert.match(page, /2 AKT/);
    assert.match(page, /<article id="west" class="bad">/);
    assert.match(page, /attributes\.tier/);
    assert.doesNotMatch(page, /<script|<img|https?:\/\//);
  });
});
