import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { DENIED, type Denied } from "../../../components/akash/rbac/denied.ts";
import { planRoles, rulesOf } from "../../../components/akash/rbac/plan.ts";
import type { RbacOptions, Rule, Subject } from "../../../components/akash/rbac/types.ts";
import { providerModule } from "./providerModule.ts";

const SUBJECTS: readonly Subject[] = [
  "akash-provider",
  "operator-hostname",
  "operator-inventory",
  "operator-inventory-hardware-discovery",
  "operator-ip",
];

const options: fc.Arbitrary<RbacOptions> = fc.record({
  ingressMode: fc.constantFrom("gateway" as const, "classic" as const),
  registryCredentials: fc.boolean(),
  attestation: fc.boolean(),
  cephNamespace: fc.constantFrom(undefined, "rook-ceph"),
});

/** Everything a site may switch on, except that attestation needs to create one webhook configuration. */
const most: RbacOptions = { ingressMode: "gateway", registryCredentials: true, attestation: false };

describe("RBAC of provider and operators", () => {
  it("has no wildcard, no empty list and no way to grant itself more", () => {
    fc.assert(
      fc.property(options, fc.constantFrom(...SUBJECTS), (given, subject) => {
        const plan = planRoles(subject, given);
        for (const rule of [...plan.cluster, ...plan.namespaces.flatMap(({ rules }) => rules)]) {
          for (const part of [rule.apiGroups, rule.resources, rule.verbs, rule.resourceNames ?? ["-"]]) {
            assert.ok(part.length > 0);
            assert.ok(!part.some((word) => word.includes("*")));
          }
          assert.ok(!rule.verbs.some((verb) => ["bind", "escalate", "impersonate"].includes(verb)));
        }
      }),
    );
  });

  it("turns each rule into exactly one policy rule in its place", () => {
    fc.assert(
      fc.property(options, fc.constantFrom(...SUBJECTS), (given, subject) => {
        const plan = planRoles(subject, given);
        const rules = rulesOf(subject, given);
        assert.equal(
          plan.cluster.length + plan.namespaces.flatMap(({ rules: some }) => some).length,
          rules.length,
        );
        assert.deepEqual(
          plan.namespaces.map(({ namespace }) => namespace),
          [...new Set(rules.flatMap(({ namespace }) => namespace ?? []))].toSorted(),
        );
      }),
    );
  });

  it("denies what is listed as denied", () => {
    for (const denied of DENIED) {
      for (const subject of denied.subjects) {
        const grants = rulesOf(subject, { ...most, cephNamespace: undefined }).filter((rule) =>
          covers(rule, denied),
        );
        assert.deepEqual(grants, [], `${subject} may ${denied.verb} ${denied.resource}`);
      }
    }
  });

  it("gives the hardware discovery nothing at all", () => {
    assert.deepEqual(planRoles("operator-inventory-hardware-discovery", most), {
      cluster: [],
      namespaces: [],
    });
  });

  it("grants what belongs to an option only with it", () => {
    const may = (subject: Subject, given: Partial<RbacOptions>, resource: string): boolean =>
      rulesOf(subject, { ...most, ...given }).some((rule) => rule.resource === resource);
    assert.equal(may("akash-provider", { registryCredentials: false }, "secrets"), false);
    assert.equal(may("akash-provider", { attestation: true }, "mutatingwebhookconfigurations"), true);
    assert.equal(may("operator-hostname", {}, "ingresses"), false);
    assert.equal(may("operator-hostname", { ingressMode: "classic" }, "httproutes"), false);
    assert.equal(may("operator-inventory", {}, "pods/exec"), false);
    assert.equal(may("operator-inventory", { cephNamespace: "rook-ceph" }, "pods/exec"), true);
  });

  it("names files that are in the provider module", function () {
    const module = providerModule();
    if (module === undefined) return this.skip();
    const all: RbacOptions = { ...most, attestation: true, cephNamespace: "rook-ceph" };
    for (const rule of SUBJECTS.flatMap((subject) => rulesOf(subject, all))) {
      const files = [...rule.source.matchAll(/[\w/-]+\.go/g)].map(([file]) => file);
      assert.ok(files.length > 0, rule.source);
      for (const file of files) assert.doesNotThrow(() => module.read(file), rule.source);
    }
  });
});

/** Whether a rule allows what is to be denied: anywhere, or in the namespace that is asked for. */
function covers(rule: Rule, denied: Denied): boolean {
  return (
    rule.group === denied.group &&
    rule.resource === denied.resource &&
    rule.verbs.some((verb) => verb === denied.verb) &&
    (rule.names === undefined || denied.name === undefined || rule.names.includes(denied.name)) &&
    (rule.namespace === undefined || rule.namespace === denied.namespace)
  );
}
