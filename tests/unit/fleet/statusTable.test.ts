import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, it } from "mocha";
import { statusTable } from "../../../fleet/output/statusTable.ts";
import type { SiteReport } from "../../../fleet/report/model.ts";
import { base, figures, NOW } from "./siteReport.ts";

const deployed: SiteReport = {
  ...base,
  versions: { set: "2026-08", provider: "0.16.2", running: "0.16.2" },
  certificate: { state: "valid", notAfter: "2026-11-29T00:00:00Z" },
  balance: { uakt: "1234500000", uact: "32000000" },
  leases: 12,
  lastRollout: { id: "x", time: NOW, result: "outside-window" },
};
const lines = (sites: readonly SiteReport[], columns?: number) =>
  stripVTControlCharacters(statusTable({ generated: NOW, sites }, columns)).split("\n");

describe("the fleet's status as a table", () => {
  it("has a line for each site where there is room", () => {
    assert.deepEqual(lines([deployed, { ...base, name: "west", result: "unreachable" }]), [
      "site  state                     provider         certificate  balance              leases  last rollout",
      "east  certificate expires soon  0.16.2           7 days       1,234.5 AKT, 32 ACT  12      outside window 2026-11-21",
      "west  does not answer           0.16.2 declared  ?            ?                    ?       none",
      "",
    ]);
  });

  it("has more lines on a terminal of 80 columns, and says the same", () => {
    assert.deepEqual(lines([deployed, { ...base, name: "west", result: "unreachable" }], 80), [
      "site  state        provider  certificate  balance      leases  last",
      "                                                               rollout",
      "east  certificate  0.16.2    7 days       1,234.5 AKT  12      outside",
      "      expires                             32 ACT               window",
      "      soon                                                     2026-11-21",
      "west  does not     0.16.2    ?            ?            ?       none",
      "      answer       declared",
      "",
    ]);
  });

  const next = "The certificate ends in 7 days: `npm run up -- -s east` renews it.";
  const earning = { ...deployed, ...figures, next };

  it("says below what each site earns, how its bids went and why, and what to do next; and all sites together", () => {
    const west = { ...base, name: "west", ...figures, next: "Nothing to do." };
    const below = lines([earning, west, { ...base, name: "north", result: "unreachable" }]).slice(5);
    const said =
      "earnings 1.5 AKT a day, 200 ACT paid out; deposits 0.5 AKT in running leases and 1 open bid; 4 open orders seen; 1 bid open, 12 won, 2 lost; no bid for their price (2), want of an audit (1); lost for their price (2)";
    assert.deepEqual(below, [
      `east: ${said}`,
      `  Next: ${next}`,
      `west: ${said}`,
      "  Next: Nothing to do.",
      "2 of 3 sites: 24 leases; earnings 3 AKT a day, 400 ACT paid out; deposits 1 AKT in running leases and 2 open bids; 2 bids open, 24 won, 4 lost; balances 2,469 AKT, 64 ACT",
      "",
    ]);
  });

  it("breaks what stands below into lines of 80 columns", () => {
    assert.deepEqual(lines([earning], 80).slice(6), [
      "east: earnings 1.5 AKT a day, 200 ACT paid out; deposits 0.5 AKT in running",
      "  leases and 1 open bid; 4 open orders seen; 1 bid open, 12 won, 2 lost; no bid",
      "  for their price (2), want of an audit (1); lost for their price (2)",
      "  Next: The certificate ends in 7 days: `npm run up -- -s east` renews it.",
      "1 of 1 sites: 12 leases; earnings 1.5 AKT a day, 200 ACT paid out; deposits",
      "  0.5 AKT in running leases and 1 open bid; 1 bid open, 12 won, 2 lost; balances",
      "  1,234.5 AKT, 32 ACT",
      "",
    ]);
  });

  it("says what could not be read, and which upgrade a site's chain has announced", () => {
    const unknown = ["Leases could not be read: it takes too long."];
    const upgrade = "The chain akashnet-2 upgrades to v2.2.0 at block 9.";
    const [first, ...others] = lines([{ ...earning, unknown, upgrade }]).slice(3);
    assert.match(first ?? "", /^east: /);
    assert.deepEqual(others.slice(0, 2), [`  ${unknown[0]}`, `  ${upgrade}`]);
  });

  it("says of a certificate that none is valid", () => {
    assert.match(
      lines([{ ...deployed, certificate: { state: "none" } }])[1] ?? "",
      /no valid certificate .* none /,
    );
  });

  it("fits 80 columns whatever the sites are called, and cuts nothing but their names", () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z][a-z0-9-]{1,39}$/), { minLength: 1, maxLength: 5 }),
        fc.constantFrom("updated", "unchanged", "unreachable", "interrupted", "outside-window"),
        fc.constantFrom<NonNullable<SiteReport["result"]>>(
          "compared",
          "not-deployed",
          "unreachable",
          "locked",
        ),
        (names, last, result) => {
          const shown = lines(
            names.map((name) => ({
              ...earning,
              name,
              result,
              lastRollout: { id: "x", time: NOW, result: last },
            })),
            80,
          );
          assert.deepEqual(
            shown.filter((line) => line.length > 80),
            [],
          );
          assert.ok(shown.some((line) => line.includes("2026-11-21")));
          for (const name of names) {
            assert.ok(shown.some((line) => line.startsWith(name.slice(0, 7))));
          }
        },
      ),
    );
  });
});
