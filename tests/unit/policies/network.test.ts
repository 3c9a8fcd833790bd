import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { contractPorts } from "../../../policies/rules/contractPorts.ts";
import { networkPolicies } from "../../../policies/rules/networkPolicies.ts";
import { storageClassLabel } from "../../../policies/rules/storageClassLabel.ts";
import { container, findings, object, type Props, workload } from "./declared.ts";

describe("policy network-policies", () => {
  const namespace = (name: string, labels: Props = { "akash.network": "true" }) =>
    object("core/v1:Namespace", { metadata: { name, labels } }, name);
  const policy = (namespaceName: string, ingress: unknown[] = [{ ports: [{ port: 8443 }] }]) =>
    object("networking.k8s.io/v1:NetworkPolicy", {
      metadata: { namespace: namespaceName },
      spec: { ingress },
    });
  const missing = (...resources: ReturnType<typeof object>[]) =>
    (networkPolicies.missing?.(resources) ?? []).map(
      ({ resource, finding }) => `${resource.name}: ${finding}`,
    );

  it("passes a namespace with a policy, and one that can hold no pods", () => {
    const quota = object("core/v1:ResourceQuota", {
      metadata: { namespace: "lease" },
      spec: { hard: { pods: "0" } },
    });
    assert.deepEqual(
      missing(namespace("akash-services"), policy("akash-services"), namespace("lease"), quota),
      [],
    );
  });

  it("misses the policy of each namespace that faces leases", () => {
    assert.deepEqual(
      missing(namespace("akash-services"), policy("default"), namespace("ingress-nginx", {})),
      [
        "akash-services: the namespace akash-services has no network policy",
        "ingress-nginx: the namespace ingress-nginx has no network policy",
      ],
    );
  });

  it("waits with its judgement while a preview does not know where a policy goes", () => {
    const nowhere = object("networking.k8s.io/v1:NetworkPolicy", { metadata: { name: "network" } });
    assert.deepEqual(missing(namespace("ingress-nginx", {}), nowhere), []);
  });

  it("refuses a policy that lets in everything", () => {
    assert.deepEqual(findings(networkPolicies, policy("akash-gateway", [{}])), [
      "it lets everybody reach every port of its pods",
    ]);
    assert.deepEqual(findings(networkPolicies, policy("akash-gateway")), []);
  });

  it("does not apply to other namespaces", () => {
    assert.ok(!networkPolicies.appliesTo(namespace("cert-manager", {})));
    assert.ok(!networkPolicies.appliesTo(policy("cert-manager", [{}])));
    assert.deepEqual(missing(namespace("cert-manager", {})), []);
  });
});

describe("policy contract-ports", () => {
  const service = (spec: Props) => object("core/v1:Service", { spec });
  const gateway = (...ports: number[]) =>
    object("gateway.networking.k8s.io/v1:Gateway", { spec: { listeners: ports.map((port) => ({ port })) } });

  it("passes the contract's ports", () => {
    assert.deepEqual(findings(contractPorts, gateway(80, 443, 8443, 8444)), []);
    const ports = [{ port: 443, nodePort: 30_443 }];
    assert.deepEqual(findings(contractPorts, service({ type: "LoadBalancer", ports })), []);
    assert.deepEqual(findings(contractPorts, service({ type: "NodePort", ports: [{ port: 5432 }] })), []);
    assert.deepEqual(findings(contractPorts, workload({ ports: [{ containerPort: 9090 }] })), []);
  });

  it("refuses others, by every way to the outside", () => {
    assert.deepEqual(findings(contractPorts, gateway(80, 6443)), ["it listens on 6443"]);
    const open = { type: "LoadBalancer", ports: [{ port: 9090 }] };
    assert.deepEqual(findings(contractPorts, service(open)), ["it opens 9090 to the world"]);
    const external = { externalIPs: ["203.0.113.10"], ports: [{ port: 22 }] };
    assert.deepEqual(findings(contractPorts, service(external)), ["it opens 22 to the world"]);
    const node = { type: "NodePort", ports: [{ port: 80, nodePort: 8080 }] };
    assert.deepEqual(findings(contractPorts, service(node)), ["it opens 8080 on every node"]);
    const host = workload(container({ ports: [{ containerPort: 9090, hostPort: 9090 }] }));
    assert.deepEqual(findings(contractPorts, host), ["it opens 9090 on its nodes"]);
  });

  it("does not apply to Services of the cluster's inside", () => {
    assert.ok(!contractPorts.appliesTo(service({ type: "ClusterIP", ports: [{ port: 9090 }] })));
  });
});

describe("policy storage-class-label", () => {
  const storage = (name: string, labels?: Props) =>
    object("storage.k8s.io/v1:StorageClass", { metadata: { name, labels } });

  it("passes classes with the label", () => {
    assert.deepEqual(findings(storageClassLabel, storage("beta3", { "akash.network": "true" })), []);
  });

  it("refuses classes that tenants ask for without it", () => {
    for (const name of ["beta1", "beta2", "beta3", "default"]) {
      assert.deepEqual(findings(storageClassLabel, storage(name)), [
        `the class ${name} lacks the label akash.network`,
      ]);
    }
  });

  it("does not apply to classes of the site's own", () => {
    assert.ok(!storageClassLabel.appliesTo(storage("local-path")));
  });
});
