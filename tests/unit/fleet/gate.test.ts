import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { type FleetSite, resolveFleet } from "../../../fleet/declaration/resolve.ts";
import type { Diagnosis, JudgedLease, Replicas } from "../../../fleet/judge/findings.ts";
import { Gate } from "../../../fleet/judge/gate.ts";
import { eventLine } from "../../../fleet/output/lines.ts";

const { sites } = resolveFleet(
  {
    sites: {
      east: {
        network: "mainnet",
        domain: "east.example.com",
        wallet: { mnemonicEnv: "EAST_WORDS" },
        cluster: { kubeconfig: "east" },
        contact: { email: "ops@example.com" },
        attributes: { host: "example.com", tier: "community", "location-region": "na-us-west" },
      },
    },
  },
  "fleet.yaml",
);
const site = sites[0] as FleetSite;

const lease = (order: string): JudgedLease => ({ tenant: "akash1tenant", order });
const refused = new Error("connect ECONNREFUSED");

/** What a site shows, in place of its chain, its cluster and doctor; an error is thrown. */
interface Shown {
  /** Leases at each look, the last ones from then on. */
  leases: readonly (readonly JudgedLease[] | Error)[];
  provider: Replicas | Error;
  checks: Diagnosis["checks"] | Error;
  ignore: readonly string[];
}

const WELL: Shown = { leases: [[]], provider: { wanted: 1, ready: 1 }, checks: [], ignore: [] };

function gateOf(change: Partial<Shown>): Gate {
  const { leases, provider, checks, ignore } = { ...WELL, ...change };
  const shown = [...leases];
  const given = async <Value>(value: Value | Error): Promise<Value> => {
    if (value instanceof Error) throw value;
    return value;
  };
  return new Gate({
    ignore,
    diagnose: async () => ({ checks: await given(checks) }),
    looks: {
      leases: () => given((shown.length > 1 ? shown.shift() : shown[0]) ?? []),
      provider: () => given(provider),
    },
  });
}

/** What the gate says of a site that was looked at before its change. */
async function judged(change: Partial<Shown>): Promise<readonly string[]> {
  const gate = gateOf(change);
  await gate.look(site);
  return gate.judge(site);
}

describe("a gate", () => {
  const sick = [
    { id: "dns", result: "failed", evidence: "no record", remedy: "Make it." },
    { id: "rpc", result: "ok", evidence: "answers", remedy: "" },
  ] as const;

  it("is open for a site that is well", async () => {
    assert.deepEqual(await judged({ leases: [[lease("1/1/1")]], checks: [sick[1]] }), []);
  });

  it("is shut by what doctor finds, unless that is set aside", async () => {
    assert.deepEqual(await judged({ checks: sick }), ["doctor dns: no record. Make it."]);
    assert.deepEqual(await judged({ checks: sick, ignore: ["dns"] }), []);
  });

  it("is shut by a provider that is not ready, or is to have no pod at all", async () => {
    for (const [ready, wanted] of [
      [0, 1],
      [0, 0],
    ] as const) {
      const [finding = "", ...more] = await judged({ provider: { ready, wanted } });
      assert.match(finding, new RegExp(`^provider: ${ready} of ${wanted} replicas are ready`));
      assert.deepEqual(more, []);
    }
  });

  it("is shut by leases that ended during the change", async () => {
    const [finding = "", ...more] = await judged({
      leases: [[lease("1/1/1"), lease("2/1/1")], [lease("2/1/1")]],
    });
    assert.match(finding, /^leases: 1 of 2 ended during the change \(akash1tenant\/1\/1\/1\)/);
    assert.deepEqual(more, []);
  });

  it("is shut when nobody knows what ran before the change, whatever runs now", async () => {
    for (const now of [[], [lease("1/1/1")]]) {
      const [finding = "", ...more] = await judged({ leases: [refused, now] });
      assert.match(finding, /^leases: those that ran before .* could not be read \(connect ECONNREFUSED\)/);
      assert.deepEqual(more, []);
    }
  });

  it("is shut by a judge that could not look, with its reason", async () => {
    assert.deepEqual(
      await judged({ leases: [[lease("1/1/1")], refused], provider: refused, checks: refused }),
      ["doctor: connect ECONNREFUSED", "provider: connect ECONNREFUSED", "leases: connect ECONNREFUSED"],
    );
  });

  it("does not ask for the leases of a site that an earlier run changed, and judges the rest", async () => {
    const gate = gateOf({ leases: [refused], provider: { wanted: 1, ready: 0 } });
    const findings = await gate.judge(site);
    assert.deepEqual(
      findings.map((finding) => finding.split(":")[0]),
      ["provider"],
    );
  });

  it("is named by its wave, or as the first one", () => {
    const line = (wave: number, findings: string[]) =>
      eventLine({ event: "gate", wave, passed: findings.length === 0, findings });
    assert.equal(line(2, []), "  Gate after wave 2: clean.");
    assert.equal(line(0, ["east: sick"]), "  First gate stays shut:\n    east: sick");
  });
});
