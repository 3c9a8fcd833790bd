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

  it("lets the provider find the networks of RoCE rails, whoever made them", () => {
    const { cluster } = planRoles("akash-provider", most);
    assert.deepEqual(
      cluster.filter(({ apiGroups }) => apiGroups.includes("k8s.cni.cncf.io")),
      [
        {
          apiGroups: ["k8s.cni.cncf.io"],
          resources: ["network-attachment-definitions"],
          verbs: ["list"],
        },
      ],
    );
  });

  it("names files that are in the provider module", async function () {
    const module = await providerModule();
    if (module === undefined) return this.skip();
    const all: RbacOptions = { ...most, attestation: true, cephNamespace: "rook-ceph" };
    for (const rule of SUBJECTS.flatMap((subject) => rulesOf(subject, all))) {
      const files = [...rule.source.matchAll(/[\w/-]+\.go/g)].map(([file]) => file);
      assert.ok(files.length > 0, rule.source);
      for (const file of files) assert.doesNotThrow(() => module.read(file), rule.source);
    }
  });
});

describe("upstream's calls to the API server", () => {
  it("are all covered by the rules of who makes them", async function () {
    const module = await providerModule();
    if (module === undefined) return this.skip();
    const all: RbacOptions = { ...most, attestation: true };
    const files = ["cluster", "cmd", "migrations", "operator"].flatMap((folder) => module.files(folder));
    let calls = 0;
    for (const file of files.filter((name) => !NEVER_CALLED.has(name))) {
      const callers = callersOf(file);
      for (const { group, resource, verb } of callsIn(module.read(file))) {
        if (callers.some((caller) => NEVER_CALLED.has(`${file} ${verb} ${resource} ${caller}`))) continue;
        calls += 1;
        for (const subject of callers) {
          const granted = [{ ...all }, { ...all, ingressMode: "classic" as const }].some((given) =>
            rulesOf(subject, given).some(
              (rule) =>
                rule.group === group && rule.resource === resource && rule.verbs.some((one) => one === verb),
            ),
          );
          assert.ok(granted, `${subject} may not ${verb} ${group}/${resource} (${file})`);
        }
      }
    }
    assert.ok(calls > 80, `only ${calls} calls were recognized`);
  });

  it("need every verb of the rules, except where a call cannot be read off the source", async function () {
    const module = await providerModule();
    if (module === undefined) return this.skip();
    const made = new Set(
      ["cluster", "cmd", "migrations", "operator"]
        .flatMap((folder) => module.files(folder))
        .filter((file) => !NEVER_CALLED.has(file))
        .flatMap((file) =>
          callersOf(file).flatMap((subject) =>
            callsIn(module.read(file)).map(
              ({ group, resource, verb }) => `${subject} ${verb} ${group}/${resource}`,
            ),
          ),
        ),
    );
    const unreadable =
      /informer|permissions\.go|httproute|client_exec|AttestationQuote|registration|interconnectRoCE|NewClient|discovery pod/;
    for (const subject of SUBJECTS) {
      for (const rule of rulesOf(subject, { ...most, attestation: true }).filter(
        ({ source }) => !unreadable.test(source),
      )) {
        for (const verb of rule.verbs) {
          assert.ok(
            made.has(`${subject} ${verb} ${rule.group}/${rule.resource}`),
            `${subject} never asks to ${verb} ${rule.resource}`,
          );
        }
      }
    }
  });
});

/** API groups by the name of their client in the typed clientsets. */
const CLIENTS: Readonly<Record<string, string>> = {
  CoreV1: "",
  AppsV1: "apps",
  EventsV1: "events.k8s.io",
  NetworkingV1: "networking.k8s.io",
  RbacV1: "rbac.authorization.k8s.io",
  StorageV1: "storage.k8s.io",
  AdmissionregistrationV1: "admissionregistration.k8s.io",
  AkashV2beta2: "akash.network",
};

/** Code that nothing calls in this release, or that runs only outside a cluster. */
const NEVER_CALLED = new Set([
  // ConnectHostnameToDeployment and its siblings of the provider's client: the hostname operator does this.
  "cluster/kube/client_ingress.go",
  // Service discovery by the API server, which is not used inside a cluster (discover).
  "cluster/util/service_discovery_agent.go",
  // DeclareIP, PurgeDeclaredIP and their siblings of the IP operator: the provider declares addresses.
  ...["get", "update", "create", "deletecollection"].map(
    (verb) => `operator/ip/operator.go ${verb} providerleasedips operator-ip`,
  ),
]);

interface Call {
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
}

function callsIn(source: string): readonly Call[] {
  const call =
    /(\w+)\(\)\.(\w+)\((?:[^()]|\([^()]*\))*\)\.(Get|List|Watch|Create|Update|Patch|Delete|DeleteCollection|GetLogs)\(/g;
  return [...source.matchAll(call)].flatMap(([, client = "", kind = "", method = ""]) => {
    const group = CLIENTS[client];
    // Raw requests: exec, proxy and attestation, which the tables name by hand.
    if (group === undefined || kind === "RESTClient") return [];
    const logs = method === "GetLogs";
    return {
      group,
      resource: `${kind.toLowerCase()}${logs ? "/log" : ""}`,
      verb: logs ? "get" : method.toLowerCase(),
    };
  });
}

function callersOf(file: string): readonly Subject[] {
  if (file.startsWith("operator/hostname/")) return ["operator-hostname"];
  if (file.startsWith("operator/inventory/")) return ["operator-inventory"];
  if (file.startsWith("operator/ip/") || file.includes("/clients/metallb/")) return ["operator-ip"];
  if (file.startsWith("operator/common/")) return ["operator-hostname", "operator-inventory", "operator-ip"];
  return ["akash-provider"];
}

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
