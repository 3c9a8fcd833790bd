import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { identify } from "../../../embedded/processes.ts";
import { resolveFleet } from "../../../fleet/declaration/resolve.ts";
import type { SiteWork } from "../../../fleet/engine/siteWork.ts";
import type { RolloutRecord, Runner, SiteResult } from "../../../fleet/rollout/record.ts";
import type { FleetContext } from "../../../fleet/work/fleetContext.ts";
import { type RollOutOptions, type RollOutPlan, rollOut } from "../../../fleet/work/rollOut.ts";
import { thisRun } from "../../../fleet/work/thisRun.ts";

const NOON = new Date("2026-11-21T12:00:00Z");
const night = { from: "01:00", to: "03:00", timeZone: "UTC" };

/** A fleet without engine: its sites come out as told, and nothing is asked over the network. */
function fleetOf(
  records: RolloutRecord[],
  results: Readonly<Record<string, SiteResult>> = {},
  rollout: object = {},
) {
  const site = (name: string) => ({
    domain: `${name}.example.com`,
    wallet: { mnemonicEnv: `${name}_words` },
    cluster: { kubeconfig: name },
  });
  const fleet = resolveFleet(
    {
      defaults: {
        network: "mainnet",
        contact: { email: "ops@example.com" },
        attributes: { host: "example.com", tier: "community", "location-region": "na-us-west" },
      },
      sites: { aa: site("aa"), bb: site("bb"), cc: site("cc") },
      rollout: { waves: [1, "rest"], maxUnavailable: 3, ...rollout },
    },
    "fleet.yaml",
  );
  const begun: string[] = [];
  const context: FleetContext = {
    fleet,
    sites: fleet.sites,
    rendered: [],
    concurrency: 1,
    store: {
      where: "here",
      write: async (record) => {
        const others = records.filter(({ id }) => id !== record.id);
        records.splice(0, records.length, record, ...others);
      },
      recent: async (limit) => records.slice(0, limit),
    },
    work: ({ name }) => {
      const change = async () => {
        begun.push(name);
        return { result: results[name] ?? "updated", ...(results[name] && { because: "as told" }) };
      };
      return { up: change, destroy: change } as unknown as SiteWork;
    },
  };
  return { context, begun };
}

function options(change: Partial<RollOutOptions> = {}): RollOutOptions {
  return {
    command: "destroy",
    resume: false,
    takeOver: false,
    anyTime: false,
    withLeases: false,
    diagnose: async () => ({ checks: [] }),
    looks: { leases: async () => [], provider: async () => ({ wanted: 1, ready: 1 }) },
    listener: () => {},
    signal: new AbortController().signal,
    agree: async () => true,
    now: () => NOON,
    ...change,
  };
}

const resultsOf = (record: RolloutRecord | undefined) =>
  Object.entries(record?.sites ?? {}).map(([name, { result }]) => `${name} ${result}`);

describe("a rollout of a fleet", () => {
  it("shows its plan first, and changes nothing when the person does not agree", async () => {
    const records: RolloutRecord[] = [];
    const { context, begun } = fleetOf(records);
    let plan: RollOutPlan | undefined;
    const agree = async (shown: RollOutPlan) => {
      plan = shown;
      return false;
    };
    assert.equal(await rollOut(context, options({ agree })), undefined);
    assert.deepEqual([begun, records], [[], []]);
    assert.deepEqual(
      plan?.waves.map(({ sites }) => sites),
      [["aa"], ["bb", "cc"]],
    );
  });

  it("leaves sites alone whose maintenance window is closed, and says when it opens", async () => {
    const rollout = { waves: ["rest"], windows: { bb: night } };
    const { context, begun } = fleetOf([], {}, rollout);
    const record = await rollOut(context, options());
    assert.deepEqual([begun, record?.state], [["aa", "cc"], "incomplete"]);
    assert.match(record?.sites["bb"]?.because ?? "", /opens at 2026-11-22 01:00 UTC/);
    const again = fleetOf([], {}, rollout);
    await rollOut(again.context, options({ anyTime: true }));
    assert.deepEqual(again.begun, ["aa", "bb", "cc"]);
  });

  it("goes on with what is left, and begins a record of its own that names the one before", async () => {
    const records: RolloutRecord[] = [];
    const first = await rollOut(fleetOf(records, { bb: "failed" }).context, options());
    assert.deepEqual(resultsOf(first), ["aa updated", "bb failed", "cc untouched"]);
    const { context, begun } = fleetOf(records);
    const later = () => new Date(NOON.getTime() + 60_000);
    const second = await rollOut(context, options({ resume: true, now: later }));
    assert.deepEqual([begun, second?.state, second?.resumes], [["bb", "cc"], "finished", first?.id]);
    await assert.rejects(rollOut(context, options({ resume: true })), /nothing left to do/);
  });

  it("does not go past a site that its gate found sick, until that is well", async () => {
    const records: RolloutRecord[] = [];
    const minute = (count: number) => () => new Date(NOON.getTime() + count * 60_000);
    const sick = { id: "rpc", result: "failed" as const, evidence: "no answer", remedy: "Look." };
    const diagnose: RollOutOptions["diagnose"] = async ({ name }) => ({
      checks: name === "aa" ? [sick] : [],
    });
    const up = (change: Partial<RollOutOptions>, of = fleetOf(records)) =>
      rollOut(of.context, options({ command: "up", ...change })).then((record) => ({
        record,
        begun: of.begun,
      }));
    const first = await up({ diagnose });
    assert.deepEqual(resultsOf(first.record), ["aa updated", "bb untouched", "cc untouched"]);
    for (const count of [1, 2]) {
      let plan: RollOutPlan | undefined;
      const agree: RollOutOptions["agree"] = async (shown) => {
        plan = shown;
        return true;
      };
      const again = await up({ resume: true, diagnose, agree, now: minute(count) });
      assert.deepEqual([again.begun, again.record?.state], [[], "halted"]);
      assert.equal(again.record?.because, "aa: doctor rpc: no answer. Look.");
      assert.deepEqual(plan?.judgedFirst, ["aa"]);
    }
    // Leaving it out changes nothing of what is known of it.
    const { context, begun } = fleetOf(records);
    const selected = { ...context, sites: context.sites.filter(({ name }) => name !== "aa") };
    await up({ resume: true, diagnose, now: minute(3) }, { context: selected, begun });
    assert.deepEqual(begun, []);
    const repaired = await up({ resume: true, now: minute(4) });
    assert.deepEqual([repaired.begun, repaired.record?.state], [["bb", "cc"], "finished"]);
  });

  it("judges the last sites again where nothing else is left, and is then finished", async () => {
    const records: RolloutRecord[] = [];
    const refuse: RollOutOptions["diagnose"] = async () => {
      throw new Error("no route to host");
    };
    const { context } = fleetOf(records, {}, { waves: ["rest"] });
    const first = await rollOut(context, options({ command: "up", diagnose: refuse }));
    assert.deepEqual(
      [first?.state, first?.because, ...resultsOf(first)],
      ["halted", "aa: doctor: no route to host", "aa updated", "bb updated", "cc updated"],
    );
    const again = fleetOf(records);
    const later = () => new Date(NOON.getTime() + 60_000);
    const second = await rollOut(again.context, options({ command: "up", resume: true, now: later }));
    assert.deepEqual([again.begun, second?.state], [[], "finished"]);
    await assert.rejects(
      rollOut(again.context, options({ command: "up", resume: true })),
      /nothing left to do/,
    );
  });

  it("changes a site that was found sick when its declaration has been changed, and judges it after its wave", async () => {
    const records: RolloutRecord[] = [];
    const refuse: RollOutOptions["diagnose"] = async () => {
      throw new Error("no route to host");
    };
    await rollOut(fleetOf(records).context, options({ command: "up", diagnose: refuse }));
    const { context, begun } = fleetOf(records);
    const sites = context.fleet.sites.map((site) =>
      site.name === "aa" ? { ...site, declaration: { ...site.declaration, tier: "repaired" } } : site,
    );
    const later = () => new Date(NOON.getTime() + 60_000);
    const repaired = { ...context, sites, fleet: { ...context.fleet, sites } };
    const record = await rollOut(repaired, options({ command: "up", resume: true, now: later }));
    assert.deepEqual([begun, record?.state], [["aa", "bb", "cc"], "finished"]);
    assert.deepEqual(
      record?.gates.map(({ wave, sites: judged }) => [wave, judged]),
      [
        [1, ["aa"]],
        [2, ["bb", "cc"]],
      ],
    );
  });

  it("does not go on with what never began, or with another command", async () => {
    await assert.rejects(rollOut(fleetOf([]).context, options({ resume: true })), /no rollout to resume/);
    const records: RolloutRecord[] = [];
    await rollOut(fleetOf(records, { aa: "failed" }).context, options());
    const { context } = fleetOf(records);
    await assert.rejects(rollOut(context, options({ command: "up", resume: true })), /was `destroy`/);
  });

  it("does not begin while another one runs on this machine, and takes over after one that was killed", async () => {
    const records: RolloutRecord[] = [];
    await rollOut(fleetOf(records).context, options());
    const [last] = records;
    assert.ok(last);
    const { identity: _, ...me } = thisRun();
    const of = (by: Partial<Runner>): RolloutRecord => ({ ...last, state: "running", by: { ...me, ...by } });
    const parent = identify(process.ppid);
    assert.ok(parent);
    for (const alive of [parent, { pid: process.ppid }]) {
      await assert.rejects(rollOut(fleetOf([of(alive)]).context, options()), /still runs as process/);
      // Who can be seen to live is not taken over.
      const force = options({ takeOver: true });
      await assert.rejects(rollOut(fleetOf([of(alive)]).context, force), /still runs as process/);
    }
    for (const dead of [{ pid: 2 ** 22 + 1 }, { ...parent, identity: "an earlier process with its id" }]) {
      const { context, begun } = fleetOf([of(dead)]);
      await rollOut(context, options());
      assert.equal(begun.length, 3);
    }
  });

  it("does not begin or go on while one of another machine has not ended, unless told that it is dead", async () => {
    const records: RolloutRecord[] = [];
    await rollOut(fleetOf(records, { bb: "failed" }).context, options());
    const [last] = records;
    assert.ok(last);
    const running: RolloutRecord = { ...last, state: "running", by: { ...thisRun(), host: "elsewhere" } };
    for (const resume of [false, true]) {
      const { context, begun } = fleetOf([running]);
      await assert.rejects(
        rollOut(context, options({ resume })),
        /on elsewhere .* where it is dead, pass --take-over/,
      );
      assert.deepEqual(begun, []);
      await rollOut(
        context,
        options({ resume, takeOver: true, now: () => new Date(NOON.getTime() + 60_000) }),
      );
      assert.deepEqual(begun, resume ? ["bb", "cc"] : ["aa", "bb", "cc"]);
    }
    const ended = { ...running, state: "incomplete" as const };
    await rollOut(fleetOf([ended]).context, options());
  });

  it("does not begin when another one was begun while the person thought about it", async () => {
    const records: RolloutRecord[] = [];
    await rollOut(fleetOf(records).context, options());
    const [last] = records;
    assert.ok(last);
    for (const [state, refusal] of [
      ["running", /on elsewhere .* pass --take-over/],
      ["finished", /Another rollout has run since/],
    ] as const) {
      const { context, begun } = fleetOf([last]);
      const agree = async () => {
        await context.store.write({ ...last, id: "later", state, by: { ...thisRun(), host: "elsewhere" } });
        return true;
      };
      await assert.rejects(rollOut(context, options({ agree })), refusal);
      assert.deepEqual(begun, []);
    }
  });

  it("calls what ends early by an interrupt interrupted, not failed", async () => {
    const interrupt = new AbortController();
    const { context } = fleetOf([], { aa: "failed" });
    const stop: RollOutOptions["listener"] = ({ event }) => {
      if (event === "site-started") interrupt.abort();
    };
    const record = await rollOut(context, options({ signal: interrupt.signal, listener: stop }));
    assert.deepEqual(
      [record?.state, ...resultsOf(record)],
      ["interrupted", "aa interrupted", "bb untouched", "cc untouched"],
    );
  });
});
