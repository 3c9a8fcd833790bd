#!/usr/bin/env node
// First: it has to be there before the SDK is loaded.
import "./lightSdk.js";
import { readFileSync } from "node:fs";
import {
  type Policies,
  PolicyPack,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
} from "@pulumi/policy";
import { plain } from "./plain.ts";
import { RULES } from "./rules/index.ts";
import { violationText } from "./sentences.ts";
import type { DeclaredResource, Rule } from "./types.ts";

/*
 * The policy pack as the engine runs it, in one of two ways: as this executable file (`--policy-pack
 * policies/pack.ts`), which every language host can, or as the folder, which needs one that starts packs. Rules know
 * nothing of either.
 */

/** What each rule may be told besides its enforcement (`policyArgs.ts`). */
const SETTINGS: Readonly<Record<string, ResourceValidationPolicy["configSchema"]>> = {
  "attributes-as-detected": { properties: { detected: { type: "string" } } },
  "pinned-images": { properties: { allowed: { type: "array", items: { type: "string" } } } },
};

/** Resources of this run by URN, and the rules that have judged each: one that comes again was declared anew. */
const declared = new Map<string, { readonly resource: DeclaredResource; readonly judged: Set<string> }>();

function resourceFor(
  rule: Rule,
  { urn, type, name, props }: { urn: string; type: string; name: string; props: Record<string, unknown> },
): DeclaredResource {
  let entry = declared.get(urn);
  if (entry === undefined || entry.judged.has(rule.name)) {
    entry = { resource: { urn, type, name, props: plain(props) }, judged: new Set() };
    declared.set(urn, entry);
  }
  entry.judged.add(rule.name);
  return entry.resource;
}

function policyOf(rule: Rule): ResourceValidationPolicy & StackValidationPolicy {
  const configSchema = SETTINGS[rule.name];
  const { missing } = rule;
  return {
    name: rule.name,
    description: rule.demand,
    enforcementLevel: rule.enforcement,
    severity: rule.severity,
    remediationSteps: rule.remedy,
    ...(configSchema === undefined ? {} : { configSchema }),
    validateResource(args, report) {
      const resource = resourceFor(rule, args);
      if (!rule.appliesTo(resource)) return;
      const context = {
        declared: [...declared.values()].map((entry) => entry.resource),
        settings: args.getConfig<Record<string, unknown>>(),
      };
      const findings = rule.findings(resource, context);
      if (findings.length > 0) report(violationText(rule, findings));
    },
    ...(missing === undefined
      ? {}
      : {
          validateStack(_args, report) {
            const resources = [...declared.values()].map((entry) => entry.resource);
            for (const { resource, finding } of missing(resources))
              report(violationText(rule, [finding]), resource.urn);
          },
        }),
  } as ResourceValidationPolicy & StackValidationPolicy;
}

// The SDK takes the pack's version from the package.json of the current folder, which is the program's.
process.chdir(import.meta.dirname);
const { description } = JSON.parse(readFileSync("package.json", "utf8")) as { description: string };
new PolicyPack("pulumi-akash", { description, policies: RULES.map(policyOf) as Policies });
