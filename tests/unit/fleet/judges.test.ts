import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { parseSiteConfig } from "../../../components/site/config.ts";
import { advisoriesIn, exceptionsOf, policiesOf, refusalIn } from "../../../fleet/engine/judges.ts";
import { EngineRunFailed } from "../../../fleet/engine/outcome.ts";
import type { SiteStack } from "../../../fleet/engine/siteStack.ts";
import { POLICY_PACK, PolicyRefusal } from "../../../policies/index.ts";
import { declaration } from "../site/declarations.ts";

const siteWith = (changes: Record<string, unknown> = {}) =>
  ({ site: { config: parseSiteConfig(declaration(changes)) } }) as Pick<SiteStack, "site">;
const found = (policyName: string, enforcementLevel: string, message: string) => ({
  policyEvent: {
    resourceUrn: "urn:pulumi:east::pulumi-akash::t::east-provider",
    policyName,
    enforcementLevel,
    message,
  },
});
const advisory = found("auditors-checklist", "advisory", "It has no attribute `organization`.");
const mandatory = found("one-provider", "mandatory", "It runs 2 replicas of the provider.");

describe("the policies of a fleet's site", () => {
  const cache = process.env["XDG_CACHE_HOME"];
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-akash-judges-"));
    process.env["XDG_CACHE_HOME"] = folder;
  });
  after(() => {
    if (cache === undefined) delete process.env["XDG_CACHE_HOME"];
    else process.env["XDG_CACHE_HOME"] = cache;
    rmSync(folder, { recursive: true });
  });

  const configOf = ([file = ""]: readonly string[]) => JSON.parse(readFileSync(file, "utf8"));

  it("are the pack, told of the site's exceptions and of what its nodes offer", async () => {
    const site = siteWith({
      policies: { "contract-ports": { enforcement: "disabled", because: "metrics leave by 9090" } },
    });
    const device = { vendor: "nvidia", model: "rtx5090", node: "gpu-1", present: 1, allocatable: 1 };
    const judges = await policiesOf(site, { gpu: { devices: [device], problems: [] } });
    assert.deepEqual(judges.policyPacks, [POLICY_PACK]);
    assert.deepEqual(configOf(judges.policyPackConfigs), {
      "attributes-as-detected": { detected: '["capabilities/gpu/vendor/nvidia/model/rtx5090"]' },
      "contract-ports": { enforcementLevel: "disabled" },
    });
    assert.deepEqual(exceptionsOf(site), ["Policy contract-ports is disabled here: metrics leave by 9090"]);
    assert.deepEqual(exceptionsOf(siteWith()), []);
  });

  it("refuse a run by what is mandatory, in its sentence", () => {
    const error = refusalIn(new EngineRunFailed("update failed", [advisory, mandatory]));
    assert.ok(error instanceof PolicyRefusal);
    assert.match(
      error.message,
      /^A policy refuses this site:\n- one-provider \(critical\), east-provider: It runs 2 replicas/,
    );
  });

  it("have not refused a run that failed by something else", () => {
    assert.equal(refusalIn(new EngineRunFailed("update failed", [advisory])), undefined);
    assert.equal(refusalIn(new Error("update failed")), undefined);
  });

  it("say of a run what is advisory", () => {
    assert.deepEqual(advisoriesIn([{}, advisory, advisory]), [
      "- auditors-checklist (medium), east-provider: It has no attribute `organization`.",
    ]);
  });
});
