import type { SiteReport } from "../../../fleet/report/model.ts";

/** When the reports of the tests are made. */
export const NOW = "2026-11-21T18:00:00.000Z";

/** A site of which no more is known than that it was compared. */
export const base: SiteReport = {
  name: "east",
  groups: [],
  domain: "east.example.com",
  result: "compared",
  drift: [],
  pending: [],
  versions: { provider: "0.16.2" },
};
