import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { boundaryChecksum } from "../../../components/akash/boundary/addresses.ts";
import { UnsupportedSetting } from "../../../components/akash/errors.ts";
import { planQuotas } from "../../../components/akash/quotas.ts";
import { PROVIDER_VERSION } from "../../../components/akash/versions.ts";
import { declaredObjects, declaredSite, type KubernetesObject } from "./declared.ts";

interface PodTemplate {
  readonly metadata: {
    readonly labels: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
  readonly spec: {
    readonly serviceAccountName: string;
    readonly priorityClassName: string;
    readonly tolerations?: readonly { readonly key: string; readonly tolerationSeconds: number }[];
    readonly securityContext: { readonly runAsNonRoot: boolean; readonly runAsUser: number };
    readonly volumes: readonly { readonly name: string }[];
    readonly containers: readonly {
      readonly name: string;
      readonly image: string;
      readonly args: readonly string[];
      readonly env: readonly { readonly name: string; readonly value?: string }[];
      readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
      readonly securityContext: {
        readonly readOnlyRootFilesystem: boolean;
        readonly allowPrivilegeEscalation: boolean;
      };
      readonly volumeMounts: readonly {
        readonly name: string;
        readonly mountPath: string;
        readonly readOnly?: boolean;
      }[];
      readonly resources: { readonly limits: object; readonly requests: object };
      readonly startupProbe?: object;
      readonly readinessProbe?: object;
      readonly livenessProbe?: object;
    }[];
  };
}

interface Workload {
  readonly replicas: number;
  readonly selector: { readonly matchLabels: Record<string, string> };
  readonly template: PodTemplate;
}

describe("Akash components", function () {
  this.timeout(30_000);
  let objects: readonly KubernetesObject[] = [];
  before(async () => {
    objects = await declaredSite();
  });

  const find = (kind: string, name: string): KubernetesObject => {
    const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
    assert.ok(found, `${kind} ${name} is not declared`);
    return found;
  };
  const workload = (kind: string, name: string): Workload => find(kind, name).spec as Workload;
  const workloads = (): readonly Workload[] =>
    objects
      .filter(({ kind }) => ["Deployment", "StatefulSet"].includes(kind))
      .map(({ spec }) => spec as Workload);

  it("declare each object once, by its explicit name", () => {
    const keys = objects.map(
      ({ kind, metadata: { namespace = "", name } }) => `${kind} ${namespace}/${name}`,
    );
    assert.equal(new Set(keys).size, keys.length);
    assert.deepEqual(find("Namespace", "akash-services").metadata.labels, {
      "app.kubernetes.io/managed-by": "pulumi-akash",
      "akash.network": "true",
      "akash.network/name": "akash-services",
      "pod-security.kubernetes.io/enforce": "privileged",
    });
    assert.deepEqual(find("Namespace", "lease").metadata.labels, {
      "app.kubernetes.io/managed-by": "pulumi-akash",
      "akash.network": "true",
      "pod-security.kubernetes.io/enforce": "restricted",
    });
  });

  it("answer under the names that others look for", () => {
    const ports = (name: string) =>
      (find("Service", name).spec as { ports: { name: string; port: number }[] }).ports.map(
        ({ name: port, port: number }) => [port, number],
      );
    assert.deepEqual(ports("operator-hostname"), [["rest", 8080]]);
    assert.deepEqual(ports("operator-inventory"), [
      ["rest", 8080],
      ["grpc", 8081],
    ]);
    assert.deepEqual(ports("operator-ip"), [["rest", 8080]]);
    assert.deepEqual(ports("akash-provider"), [
      ["api", 8443],
      ["grpc", 8444],
      ["metrics", 9090],
    ]);
    for (const name of ["hostname", "inventory", "ip"]) {
      const [container] = workload("Deployment", `operator-${name}`).template.spec.containers;
      assert.equal(container?.name, `operator-${name}`);
      assert.equal(find("Service", `operator-${name}`).metadata.labels?.["app.kubernetes.io/name"], name);
    }
  });

  it("let the provider's node be drained, and nothing of ours eat what is leased out", () => {
    assert.deepEqual(find("PodDisruptionBudget", "akash-provider").spec, {
      maxUnavailable: 1,
      selector: { matchLabels: workload("StatefulSet", "akash-provider").template.metadata.labels },
    });
    const quotas = objects.filter(({ kind }) => kind === "ResourceQuota");
    assert.deepEqual(
      quotas.map(({ metadata, spec }) => [metadata.namespace, spec]),
      planQuotas(50).map(({ namespace, hard }) => [namespace, { hard }]),
    );
    const limits = objects.filter(({ kind }) => kind === "LimitRange");
    assert.deepEqual(
      limits.map(({ metadata, spec }) => [metadata.namespace, spec]),
      [
        [
          "akash-services",
          { limits: [{ type: "Container", defaultRequest: planQuotas(50)[1]?.defaultRequest }] },
        ],
      ],
    );
  });

  it("leave a node that does not answer after a minute, where they are operators", () => {
    for (const name of ["hostname", "inventory", "ip"]) {
      const { tolerations = [] } = workload("Deployment", `operator-${name}`).template.spec;
      assert.deepEqual(
        tolerations.map(({ key, tolerationSeconds }) => [key, tolerationSeconds]),
        [
          ["node.kubernetes.io/not-ready", 60],
          ["node.kubernetes.io/unreachable", 60],
        ],
      );
    }
    assert.equal(workload("StatefulSet", "akash-provider").template.spec.tolerations, undefined);
  });

  it("run one pod each, without root, without a writable image, with probes, limits and one release", () => {
    assert.equal(workloads().length, 4);
    for (const { replicas, template, selector } of workloads()) {
      assert.equal(replicas, 1);
      assert.deepEqual(template.metadata.labels, selector.matchLabels);
      assert.equal(template.spec.securityContext.runAsNonRoot, true);
      assert.ok(template.spec.securityContext.runAsUser > 0);
      assert.equal(template.spec.priorityClassName, "akash-services");
      find("ServiceAccount", template.spec.serviceAccountName);
      for (const container of template.spec.containers) {
        assert.equal(container.image, `ghcr.io/akash-network/provider:${PROVIDER_VERSION}`);
        assert.equal(container.args[0], "provider-services");
        assert.ok(
          container.securityContext.readOnlyRootFilesystem &&
            !container.securityContext.allowPrivilegeEscalation,
        );
        assert.ok(container.startupProbe && container.readinessProbe && container.livenessProbe);
        assert.deepEqual(Object.keys(container.resources.limits), ["cpu", "memory"]);
        const mounted = container.volumeMounts.map(({ name }) => name).toSorted();
        const volumes = [...template.spec.volumes.map(({ name }) => name)];
        assert.ok(mounted.every((name) => name === "home" || volumes.includes(name)));
      }
    }
  });

  it("mount the keys read-only into the provider's home and roll it when they change", () => {
    const { template } = workload("StatefulSet", "akash-provider");
    const mounts = template.spec.containers[0]?.volumeMounts ?? [];
    const byName = Object.fromEntries(
      mounts.map((mount) => [mount.name, [mount.mountPath, mount.readOnly ?? false]]),
    );
    assert.deepEqual(byName["home"], ["/var/lib/akash", false]);
    assert.deepEqual(byName["keyring"], ["/var/lib/akash/keyring-test", true]);
    assert.deepEqual(byName["certificate"], [
      "/var/lib/akash/akash1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9.pem",
      true,
    ]);
    assert.deepEqual(template.metadata.annotations, {
      "checksum/keyring": "keyring-1",
      "checksum/certificate": "certificate-1",
      "checksum/boundary": boundaryChecksum({ lan: ["198.51.100.0/24"], mutatingAdmission: "v1beta1" }),
    });
  });

  it("start nothing but the binary, with the environment of the table", () => {
    const { template } = workload("StatefulSet", "akash-provider");
    assert.equal("initContainers" in template.spec, false);
    assert.deepEqual(template.spec.containers[0]?.args, ["provider-services", "run"]);
    const environment = Object.fromEntries(
      (template.spec.containers[0]?.env ?? []).map(({ name, value }) => [name, value]),
    );
    assert.equal(environment["AP_HOME"], "/var/lib/akash");
    assert.equal(environment["AP_MONITOR_MAX_RETRIES"], "2880");
    assert.equal(environment["AP_BID_PRICE_SCRIPT_PATH"], "/etc/akash/pricing/price.sh");
    assert.equal(environment["AP_WITHDRAWAL_PERIOD"], "3600s");
    assert.equal(environment["AP_GATEWAY_TLS_CERT"], "/etc/akash/tls/tls.crt");
  });

  it("bind no role that is not theirs, and never cluster-admin", () => {
    const bindings = objects.filter(({ kind }) => kind.endsWith("RoleBinding"));
    assert.ok(bindings.length > 8);
    for (const binding of bindings) {
      const { roleRef } = binding as unknown as { roleRef: { kind: string; name: string } };
      const role = find(roleRef.kind, roleRef.name);
      assert.equal(role.metadata.name, binding.metadata.name);
    }
  });

  it("refuse what the provider would misread", async () => {
    const { AkashCrds, AkashProvider } = await import("../../../components/akash/index.ts");
    const secret = { secretName: "s", checksum: "c", fingerprint: "f" };
    const args = {
      owner: "akash1owner",
      keyName: "provider",
      domain: "example.com",
      network: { chainId: "akashnet-2", rpc: "http://rpc" },
      keyring: secret,
      certificate: secret,
    };
    await declaredObjects(async () => {
      assert.throws(
        () => new AkashProvider("a", { ...args, domain: "provider.example.com" }),
        /Give example\.com/,
      );
      assert.throws(() => new AkashProvider("b", { ...args, overcommit: { cpu: 50 } }), UnsupportedSetting);
      assert.throws(
        () => new AkashProvider("c", { ...args, pricing: { gpu: { "*": 1 } } }),
        UnsupportedSetting,
      );
      assert.throws(
        () => new AkashProvider("d", { ...args, monitor: { maxRetries: 40 } }),
        UnsupportedSetting,
      );
      assert.throws(
        () => new AkashProvider("g", { ...args, attestation: true, tlsSecretName: "akash-provider-tls" }),
        (error) =>
          error instanceof UnsupportedSetting &&
          /`attestation` does not go with `tlsSecretName`.*Leave one/.test(error.message),
      );
      assert.doesNotThrow(() => new AkashProvider("h", { ...args, attestation: true }));
      assert.throws(() => new AkashCrds("e", { version: "0.15.0" }), /definitions are those of/);
      // A network that leases could reach all the same.
      assert.throws(
        () => new AkashProvider("f", { ...args, boundary: { lan: ["198.51.100.0/24"] } }),
        /`lan` needs an API server with mutating admission policies/,
      );
    });
  });

  it("leave egress alone where the API server cannot change policies", async () => {
    const { LeaseBoundary } = await import("../../../components/akash/index.ts");
    let isolation = "";
    const declared = await declaredObjects(async () => {
      isolation = new LeaseBoundary("boundary").isolation;
    });
    assert.equal(isolation, "private");
    assert.deepEqual(
      declared.map(({ kind }) => kind),
      ["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"],
    );
  });
});
