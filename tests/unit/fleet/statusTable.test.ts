import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, it } from "mocha";
import { statusTable } from "../../../fleet/output/statusTable.ts";
import type { SiteReport } from "../../../fleet/report/model.ts";
import { base, NOW } from "./siteReport.ts";

const deployed: SiteReport = {
  ...base,
  versions: { provider: "0.16.2", running: "0.16.2" },
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
              ...deployed,
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
