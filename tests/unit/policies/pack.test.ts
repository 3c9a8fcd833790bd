import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "mocha";
import { parseSiteConfig } from "../../../components/site/config.ts";
import {
  describeExceptions,
  loadPolicyArgs,
  loadPolicyPacks,
  POLICY_NAMES,
  POLICY_PACK,
  PolicyRefusal,
  policyConfig,
  RULES,
  violationsOf,
} from "../../../policies/index.ts";
import { declaration } from "../site/declarations.ts";

const RULES_FOLDER = join(import.meta.dirname, "..", "..", "..", "policies", "rules");

describe("the policy pack", () => {
  it("has a rule for each name that a site can set, and a file for each rule", () => {
    assert.deepEqual(
      RULES.map(({ name }) => name),
      [...POLICY_NAMES].sort(),
    );
    assert.equal(readdirSync(RULES_FOLDER).length - 1, RULES.length);
  });

  it("says of each rule, as data and in its file, how severe it is and what to do", () => {
    for (const rule of RULES) {
      for (const sentence of [rule.demand, rule.reason, rule.remedy]) assert.match(sentence, /^[A-Z].+\.$/);
      const file = rule.name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
      const comment = readFileSync(join(RULES_FOLDER, `${file}.ts`), "utf8").replaceAll(/\n \* ?/g, " ");
      assert.match(comment, new RegExp(`Severity: ${rule.severity}[.,]`), rule.name);
      assert.match(comment, /Remedy: /, rule.name);
    }
  });

  it("takes a site's exceptions with their reasons, and nothing where there are none", async () => {
    assert.deepEqual(policyConfig(parseSiteConfig(declaration())), {});
    assert.deepEqual(await loadPolicyArgs(parseSiteConfig(declaration())), ["--policy-pack", POLICY_PACK]);
    const site = parseSiteConfig(
      declaration({
        policies: { "contract-ports": { enforcement: "disabled", because: "metrics leave by 9090" } },
        mirror: { images: "mirror.example.com/akash" },
      }),
    );
    assert.deepEqual(policyConfig(site, { detected: ["b", "a"] }), {
      "attributes-as-detected": { detected: '["a","b"]' },
      "contract-ports": { enforcementLevel: "disabled" },
      "pinned-images": { allowed: ["mirror.example.com/akash"] },
    });
    assert.deepEqual(describeExceptions(site), [
      "Policy contract-ports is disabled here: metrics leave by 9090",
    ]);
  });

  it("hands its configuration over as a file that is named after what it holds", async () => {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-akash-policies-"));
    try {
      const site = parseSiteConfig(declaration());
      const args = await loadPolicyArgs(site, { detected: ["a"], folder });
      assert.deepEqual(args.slice(0, 3), ["--policy-pack", POLICY_PACK, "--policy-pack-config"]);
      assert.deepEqual(await loadPolicyArgs(site, { detected: ["a"], folder }), args);
      assert.notDeepEqual(await loadPolicyArgs(site, { detected: [], folder }), args);
      assert.equal(readdirSync(folder).length, 2);
      assert.deepEqual(
        JSON.parse(readFileSync(args[3] ?? "", "utf8")),
        policyConfig(site, { detected: ["a"] }),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("reads violations from a run's events, each once, and says them in sentences", () => {
    const event = (enforcementLevel: string) => ({
      policyEvent: {
        resourceUrn: "urn:pulumi:dev::pulumi-akash::kubernetes:apps/v1:StatefulSet::dev-provider",
        message:
          "The provider is one StatefulSet of exactly one replica.\nIt runs 2 replicas of the provider. Because.",
        policyName: "one-provider",
        enforcementLevel,
      },
    });
    const violations = violationsOf([{}, event("mandatory"), event("mandatory"), event("advisory")]);
    assert.equal(violations.length, 2);
    assert.deepEqual(violations[0], {
      policy: "one-provider",
      enforcement: "mandatory",
      severity: "critical",
      resource: "dev-provider",
      message: "It runs 2 replicas of the provider. Because.",
    });
    const lines = new PolicyRefusal(violations).message.split("\n");
    assert.equal(lines[0], "A policy refuses this site:");
    assert.equal(
      lines[1],
      "- one-provider (critical), dev-provider: It runs 2 replicas of the provider. Because.",
    );
    assert.equal(lines.length, 3);
  });
});

describe("the pack's configuration file", () => {
  it("is whole for every site of a fleet that asks for it at the same moment", async () => {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-akash-policies-"));
    try {
      const site = { policies: {}, mirror: { images: "registry.example" } };
      const all = await Promise.all(Array.from({ length: 20 }, () => loadPolicyPacks(site, { folder })));
      const files = new Set(all.flatMap(({ policyPackConfigs }) => policyPackConfigs));
      assert.equal(files.size, 1);
      assert.equal(readdirSync(folder).length, 1);
      for (const file of files) {
        assert.deepEqual(JSON.parse(readFileSync(file, "utf8")), {
          "pinned-images": { allowed: ["registry.example"] },
        });
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe("docs/policies.md", () => {
  it("has a line for each rule, with what it demands and what to do", () => {
    const text = readFileSync(join(import.meta.dirname, "..", "..", "..", "docs", "policies.md"), "utf8");
    for (const { name, demand, reason, remedy } of RULES) {
      assert.ok(text.includes(`| \`${name}\` |`), name);
      for (const sentence of [demand, reason, remedy]) assert.ok(text.includes(sentence), sentence);
    }
  });
});
