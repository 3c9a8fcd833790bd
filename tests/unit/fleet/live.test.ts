import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { LiveTable } from "../../../fleet/output/live.ts";
import type { FleetEvent } from "../../../fleet/rollout/events.ts";
import { Screen } from "../../support/terminal/index.ts";

const name = fc.stringMatching(/^[a-z][a-z0-9-]{1,39}$/);
/** What is said is told apart from tables by its first character, and from other things said by its number. */
const said = fc.array(fc.stringMatching(/^[a-z ]{0,90}[a-z]$/), { minLength: 1, maxLength: 3 });

/** What happens to sites in any order, beginning with the plan. */
const events = fc.uniqueArray(name, { minLength: 1, maxLength: 30 }).chain((sites) => {
  const site = fc.constantFrom(...sites);
  const event: fc.Arbitrary<FleetEvent> = fc.oneof(
    site.map((of) => ({ event: "site-started", site: of }) as const),
    fc.record({
      event: fc.constant("site-phase" as const),
      site,
      phase: fc.string({ unit: "grapheme-ascii" }),
    }),
    fc.record({
      event: fc.constant("site-finished" as const),
      site,
      result: fc.constantFrom("updated", "failed", "compared"),
    }),
    said.map((lines) => ({ event: "note", text: lines.map((line) => `* ${line}`).join("\n") }) as const),
  );
  return fc
    .array(event, { maxLength: 25 })
    .map((more): FleetEvent[] => [
      { event: "rollout-started", id: "x", waves: [sites.slice(0, 1), sites.slice(1)] },
      ...more,
    ]);
});

/** A table over a screen, and what it is to have said. */
async function play(list: readonly FleetEvent[], columns: number, rows: number) {
  const screen = new Screen(columns, rows);
  let written = "";
  const table = new LiveTable({ write: (text: string) => (written += text), columns, rows }, () => 0);
  const steps: { lines: string[]; wrapped: string[] }[] = [];
  for (const event of list) {
    table.hear(event);
    await screen.write(written);
    written = "";
    steps.push({ lines: screen.lines, wrapped: screen.wrapped });
  }
  table.close();
  return steps;
}

describe("the live table", () => {
  it("is on the screen once after each event, whatever happens and however small the terminal is", async () => {
    await fc.assert(
      fc.asyncProperty(
        events,
        fc.integer({ min: 40, max: 200 }),
        fc.integer({ min: 8, max: 50 }),
        async (list, columns, rows) => {
          for (const { lines, wrapped } of await play(list, columns, rows)) {
            assert.deepEqual(
              wrapped.filter((line) => /^[│├┌└]/.test(line)),
              [],
            );
            assert.equal(lines.filter((line) => line.startsWith("┌")).length, 1, lines.join("\n"));
            assert.equal(lines.filter((line) => line.startsWith("└")).length, 1, lines.join("\n"));
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it("loses nothing of what is said above it", async () => {
    await fc.assert(
      fc.asyncProperty(events, fc.integer({ min: 40, max: 200 }), async (list, columns) => {
        const expected = list.flatMap((event) => (event.event === "note" ? event.text.split("\n") : []));
        const { lines = [] } = (await play(list, columns, 24)).at(-1) ?? {};
        const shown = lines.filter((line) => !/^[│├┌└]|^and \d+ more$/.test(line)).join("");
        assert.equal(shown.replaceAll(" ", ""), expected.join("").replaceAll(" ", ""));
      }),
      { numRuns: 40 },
    );
  });

  it("is wiped whole when the terminal was made narrower in between, and repainted to fit", async () => {
    const screen = new Screen(120, 30);
    const terminal = { columns: 120, rows: 30, write: (text: string) => (written += text) };
    let written = "";
    const table = new LiveTable(terminal, () => 0);
    const sites = ["a-rather-long-name-of-a-site", "another-rather-long-name"];
    table.hear({ event: "rollout-started", id: "x", waves: [sites] });
    table.hear({ event: "site-started", site: sites[0] ?? "" });
    table.hear({ event: "site-phase", site: sites[0] ?? "", phase: "word ".repeat(20) });
    await screen.write(`$ npm run fleet\n${written}`);
    written = "";
    Object.assign(terminal, { columns: 60 });
    screen.resize(60, 30);
    table.hear({ event: "note", text: "said" });
    table.close();
    await screen.write(written);
    assert.deepEqual(screen.lines.slice(0, 2), ["$ npm run fleet", "said"]);
    assert.equal(screen.lines.filter((line) => line.startsWith("┌")).length, 1, screen.lines.join("\n"));
    assert.deepEqual(
      screen.wrapped.filter((line) => /^[│├┌└]/.test(line)),
      [],
    );
  });

  it("shows all sites at its end, also those that the terminal had no room for", async () => {
    const sites = Array.from({ length: 40 }, (_, index) => `site-${index}`);
    const comparison = { result: "compared", drift: [], pending: [] } as const;
    const steps = await play(
      [
        { event: "comparison-started", sites },
        { event: "site-started", site: "site-30" },
        { event: "sites-compared", sites: Object.fromEntries(sites.map((site) => [site, comparison])) },
      ],
      80,
      20,
    );
    const shown = (index: number) =>
      steps[index]?.lines.flatMap((line) => /│ (site-\d+)/.exec(line)?.[1] ?? []) ?? [];
    assert.ok(shown(0).length < 20);
    assert.ok(steps[0]?.lines.some((line) => line === `and ${40 - shown(0).length} more`));
    assert.ok(shown(1).includes("site-30"), "what is at work is shown");
    assert.deepEqual(shown(2), sites);
  });
});
