import { z } from "zod";
import { checked, pattern } from "../../components/site/fields.ts";
import { explain, type Problem, problemsOf } from "../../components/site/problems.ts";
import { isTimeZone } from "../rollout/window.ts";

const SITE_NAME = /^[a-z][a-z0-9-]{0,38}[a-z0-9]$/;

/** Fields of a site, not yet checked: only what the layers make together has to be a site. */
const layer = z.record(z.string(), z.unknown());

const groupNames = z.array(z.string()).describe("names of the groups the site is in, later ones win");

const share = z
  .union([
    z.number().int().min(1),
    pattern(
      "a share of all sites",
      /^(100|[1-9]\d?)%$/,
      "is not a share",
      "Write a number of sites or 1% to 100%.",
    ),
  ])
  .describe("a number of sites, or a share of all such as 25%");

const wave = z
  .union([
    share,
    z.literal("rest"),
    z.strictObject({ group: z.string() }),
    z.strictObject({ sites: z.array(z.string()).min(1) }),
  ])
  .describe("a number of sites, a share such as 25%, rest, {group: NAME} or {sites: [NAME, …]}");

const time = (description: string) =>
  pattern(description, /^([01]\d|2[0-3]):[0-5]\d$/, "is not a time of day", 'Write it in quotes: "02:30".');

const window = z
  .strictObject({
    days: z
      .array(z.enum(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]))
      .min(1)
      .describe("days on which the window opens, mon to sun; default: every day")
      .optional(),
    from: time("local time at which the window opens, 00:00 to 23:59"),
    to: time("local time from which no further site is begun; before `from`: on the next day"),
    timeZone: checked(
      "IANA name of the time zone, for example Europe/Berlin",
      isTimeZone,
      "is not a time zone",
      "Write a name such as Europe/Berlin or UTC.",
    ),
  })
  .describe("when sites may be changed");

const rollout = z
  .strictObject({
    waves: z
      .array(wave)
      .min(1)
      .default([1, "25%", "rest"])
      .describe("sizes of the waves, the canary first; default: [1, 25%, rest]"),
    concurrency: z
      .union([z.literal("auto"), z.number().int().min(1).max(256)])
      .default("auto")
      .describe("sites worked on at once; auto: as many as cores and free memory carry; default: auto"),
    maxUnavailable: share
      .default("25%")
      .describe("sites that may be out at once: not answering, failed or being changed; default: 25%"),
    window: window.optional(),
    windows: z
      .record(z.string(), window)
      .default({})
      .describe("windows of single sites or groups, instead of the one for all"),
    gate: z
      .strictObject({
        ignore: z
          .array(z.string())
          .default([])
          .describe("ids of doctor's checks that do not stop a rollout; default: none"),
        settleSeconds: z
          .number()
          .int()
          .min(0)
          .max(3600)
          .default(0)
          .describe("seconds between a wave and its judgement; default: 0"),
      })
      .describe("what is looked at between two waves")
      .prefault({}),
  })
  .describe("how a change walks through the sites")
  .prefault({});

/** `fleet.yaml` as a whole; the sites' own fields are checked when they are merged. */
const fleetSchema = z
  .strictObject({
    defaults: layer.default({}).describe("fields that every site has unless it says otherwise"),
    groups: z.record(z.string(), layer).default({}).describe("fields of the sites of a group, by its name"),
    sites: z
      .record(z.string(), z.looseObject({ groups: groupNames.default([]) }).nullable())
      .default({})
      .describe("the sites, by name: it names the stack and its file too"),
    rollout,
  })
  .describe("a fleet of sites");

/** The schema with every default applied. */
export type ParsedFleet = z.output<typeof fleetSchema>;
export type RolloutSettings = ParsedFleet["rollout"];
export type WaveSize = z.output<typeof wave>;
export type Share = z.output<typeof share>;
export type MaintenanceWindow = z.output<typeof window>;

/** Parses a declaration; the problems when it cannot be a fleet. */
export function parseFleet(value: unknown): ParsedFleet | readonly Problem[] {
  const parsed = fleetSchema.safeParse(value ?? {}, { error: explain });
  return parsed.success ? parsed.data : problemsOf(value, parsed.error.issues, new Set());
}

/** Whether a name may stand for a site. */
export function isSiteName(name: string): boolean {
  return SITE_NAME.test(name);
}
