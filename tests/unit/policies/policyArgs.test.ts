import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { loadPolicyPacks } from "../../../policies/policyArgs.ts";

describe("the engine's configuration of the policies", () => {
  const before = process.env["PULUMI_AKASH_CACHE"];
  let cache: string;
  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), "pulumi-akash-policies-"));
    process.env["PULUMI_AKASH_CACHE"] = cache;
  });
  afterEach(() => {
    if (before === undefined) delete process.env["PULUMI_AKASH_CACHE"];
    else process.env["PULUMI_AKASH_CACHE"] = before;
    rmSync(cache, { recursive: true });
  });

  it("is kept in the toolchain's cache folder, wherever that is", async () => {
    const { policyPackConfigs } = await loadPolicyPacks(
      { policies: {}, mirror: {} },
      { detected: ["capabilities/gpu/vendor/nvidia/model/rtx5090"] },
    );
    assert.deepEqual(policyPackConfigs.map(dirname), [join(cache, "policies")]);
    assert.equal(readdirSync(join(cache, "policies")).length, 1);
  });
});
