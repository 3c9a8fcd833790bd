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
  versions: { set: "2026-08", provider: "0.16.2" },
};

/** What its chain says of a site. */
export const figures = {
  balance: { uakt: "1234500000", uact: "32000000" },
  leases: 12,
  earnings: { perDay: { uakt: "1500000" }, withdrawn: { uact: "200000000" }, waiting: {} },
  deposits: { openBids: 1, locked: { uakt: "500000" } },
  orders: {
    open: 4,
    bids: { open: 1, won: 12, lost: 2 },
    passedOver: { price: 2, "not audited": 1 },
    lostTo: { price: 2 },
  },
} satisfies Partial<SiteReport>;
