import type { FleetEvent } from "../../../fleet/rollout/events.ts";
import { newRecord } from "../../../fleet/rollout/record.ts";

/** A command to the terminal that no terminal knows, and so shows nothing of. */
export const MARK = "\x1b]7373;step\x07";

export const SITES = ["berlin", "munich", "portland", "a-site-with-a-name-as-long-as-a-name-goes"];
const waves = [SITES.slice(0, 1), SITES.slice(1)];
/** A reason such as the cluster's client gives, longer than a line. */
export const REASON =
  "The cluster https://k3s.portland.example.com:6443 can't be reached: connect ECONNREFUSED 203.0.113.77:6443.\nIs the machine on?";

const record = {
  ...newRecord(
    {
      command: "up",
      waves: waves.map((sites, index) => ({ title: `Wave ${index + 1}`, sites })),
      declarations: {},
    },
    { user: "operator", host: "desk", pid: 1 },
    new Date("2026-01-05T10:00:00Z"),
  ),
} as const;
const done = { result: "updated", changes: { update: 2, create: 1 }, seconds: 31 } as const;

/** One site after the other, the last but one does not answer; phases that are longer than the terminal is wide. */
export const rollout: readonly FleetEvent[] = [
  { event: "rollout-started", id: "2026-01-05T10-00-00.000Z", waves },
  { event: "wave-started", wave: 1, sites: SITES.slice(0, 1) },
  { event: "site-started", site: "berlin" },
  { event: "site-phase", site: "berlin", phase: "updating" },
  { event: "note", text: "berlin: Policy contract-ports is advisory here: our monitoring comes in by 9100." },
  { event: "site-finished", site: "berlin", ...done },
  { event: "gate", wave: 1, passed: true, findings: [] },
  { event: "wave-started", wave: 2, sites: SITES.slice(1) },
  ...SITES.slice(1).map((site) => ({ event: "site-started", site }) as const),
  { event: "site-phase", site: "munich", phase: `updating ${"one resource after the other, ".repeat(4)}` },
  { event: "site-finished", site: "munich", ...done },
  { event: "site-finished", site: "portland", result: "unreachable", because: REASON, seconds: 9 },
  { event: "site-finished", site: SITES[3] ?? "", ...done },
  { event: "gate", wave: 2, passed: false, findings: ["munich: doctor: balance: 0.2 AKT are left"] },
  { event: "rollout-finished", record: { ...record, sites: {}, state: "halted" } },
];

const nothing = { drift: [], pending: [] };
const change = { resource: "x", type: "t", kind: "missing" } as const;

export const comparison: readonly FleetEvent[] = [
  { event: "comparison-started", sites: SITES },
  ...SITES.flatMap((site, index): FleetEvent[] => [
    { event: "site-started", site },
    {
      event: "site-finished",
      site,
      result: "compared",
      ...nothing,
      ...(index === 1 ? { drift: [change, change], pending: [change] } : {}),
      seconds: 4,
    },
  ]),
  {
    event: "sites-compared",
    sites: Object.fromEntries(SITES.map((site) => [site, { result: "compared", ...nothing }])),
  },
];

/** A rollout up to a person's interrupt, and what follows it. */
export const interrupted: { readonly before: readonly FleetEvent[]; readonly after: readonly FleetEvent[] } =
  {
    before: rollout.slice(0, 4),
    after: [
      { event: "note", text: "Ending: nothing more is begun, and what is under way is waited for." },
      { event: "site-finished", site: "berlin", ...done },
      {
        event: "rollout-finished",
        record: {
          ...record,
          sites: { ...record.sites, berlin: { ...done, declaration: "" } },
          state: "interrupted",
        },
      },
    ],
  };
