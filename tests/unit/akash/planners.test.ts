import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { parse } from "yaml";
import { boundaryChecksum, leaseExceptions } from "../../../components/akash/boundary/addresses.ts";
import { planLeaseBoundary } from "../../../components/akash/boundary/admission.ts";
import { mutatingAdmissionVersion } from "../../../components/akash/boundary/detect.ts";
import { planEgressCheck, planEgressMutation } from "../../../components/akash/boundary/leaseEgress.ts";
import { planDomain } from "../../../components/akash/environment/settings.ts";
import { UnsupportedSetting } from "../../../components/akash/errors.ts";
import { planInventoryConfig } from "../../../components/akash/inventoryConfig.ts";
import { planNetworkPolicies } from "../../../components/akash/networkPolicies.ts";
import { planQuotas } from "../../../components/akash/quotas.ts";
import { akashImages, PROVIDER_VERSION } from "../../../components/akash/versions.ts";
import { SERVES_ITS_CERTIFICATE } from "../../../components/akash/workloads/liveness.ts";
import {
  PROVIDER_RESOURCES,
  type ProviderSpec,
  planProvider,
} from "../../../components/akash/workloads/provider.ts";
import { loadPins } from "../../../toolchain/pins.ts";

const octet = fc.nat(255);
const network = fc.tuple(octet, octet, octet, octet, fc.integer({ min: 1, max: 32 }));
const cidr = network.map(([a, b, c, d, length]) => `${a}.${b}.${c}.${d}/${length}`);

/** Every address as a number, for a reference that does not share the code's arithmetic. */
function bits(text: string): { readonly bits: string; readonly length: number } {
  const [address = "", length] = text.split("/");
  return {
    bits: address
      .split(".")
      .map((part) => Number(part).toString(2).padStart(8, "0"))
      .join(""),
    length: Number(length),
  };
}

function covers(outer: string, inner: string): boolean {
  const [a, b] = [bits(outer), bits(inner)];
  return a.length <= b.length && a.bits.slice(0, a.length) === b.bits.slice(0, a.length);
}

const UPSTREAM = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

describe("what leases cannot reach", () => {
  it("covers every network of the site, shared address space and link-local", () => {
    fc.assert(
      fc.property(fc.array(cidr, { maxLength: 6 }), (lan) => {
        const exceptions = leaseExceptions(lan);
        for (const needed of [...lan, "100.64.0.0/10", "169.254.169.254/32"]) {
          assert.ok(
            [...UPSTREAM, ...exceptions].some((one) => covers(one, needed)),
            needed,
          );
        }
      }),
    );
  });

  it("names no network twice, nor one that is covered, and clears host bits", () => {
    fc.assert(
      fc.property(fc.array(cidr, { maxLength: 6 }), (lan) => {
        const all = [...UPSTREAM, ...leaseExceptions(lan)];
        for (const [index, one] of all.entries()) {
          const { bits: address, length } = bits(one);
          assert.match(address.slice(length), /^0*$/);
          // A network of the site may contain one of the fixed ranges; it is never contained in another.
          if (index >= UPSTREAM.length + 4) {
            assert.ok(!all.some((other, at) => at !== index && covers(other, one)), one);
          }
        }
      }),
    );
    assert.deepEqual(leaseExceptions(["192.168.1.0/24", "198.51.100.77/24", "198.51.100.0/25"]).slice(4), [
      "198.51.100.0/24",
    ]);
  });

  it("refuses what is not an IPv4 network", () => {
    for (const bad of ["", "10.0.0.1", "10.0.0.0/33", "256.0.0.0/8", "fd00::/8", "10.0.0/8", "10.0.0.0/8 "]) {
      assert.throws(() => leaseExceptions([bad]), UnsupportedSetting, bad);
    }
  });

  it("is what both policies say", () => {
    const exceptions = leaseExceptions(["203.0.113.0/24"]);
    for (const range of exceptions) {
      assert.ok(planEgressMutation(exceptions).mutations[0]?.jsonPatch.expression.includes(`'${range}'`));
      assert.ok(planEgressCheck(exceptions).validations[0]?.expression.includes(`'${range}'`));
    }
  });

  it("has another checksum for another network or where it can be enforced, and the same for what is excepted anyway", () => {
    const lan = ["198.51.100.0/24"];
    const different = [{}, { mutatingAdmission: "v1" }, { mutatingAdmission: "v1", lan }] as const;
    assert.equal(new Set(different.map(boundaryChecksum)).size, different.length);
    assert.equal(
      boundaryChecksum({ mutatingAdmission: "v1beta1", lan: ["192.168.1.0/24", ...lan] }),
      boundaryChecksum({ mutatingAdmission: "v1", lan }),
    );
  });

  it("is enforced in the version that the API server offers", async () => {
    const server = (offered: Readonly<Record<string, readonly string[]>>) => ({
      get: async <T>(path: string) => {
        const names = offered[path.split("/").at(-1) ?? ""];
        return names === undefined ? undefined : ({ resources: names.map((name) => ({ name })) } as T);
      },
    });
    const policies = "mutatingadmissionpolicies";
    assert.equal(await mutatingAdmissionVersion(server({ v1: ["validatingadmissionpolicies"] })), undefined);
    assert.equal(await mutatingAdmissionVersion(server({ v1: [], v1beta1: [policies] })), "v1beta1");
    assert.equal(await mutatingAdmissionVersion(server({ v1: [policies], v1beta1: [policies] })), "v1");
  });

  it("fails closed", () => {
    for (const policy of [planLeaseBoundary(), planEgressCheck([]), planEgressMutation([])]) {
      assert.equal(policy.failurePolicy, "Fail");
    }
  });
});

describe("network policies of the services' namespace", () => {
  const plan = planNetworkPolicies({ metricsNamespaces: [], ipOperator: false, attestation: false });

  it("let nobody in who is not named", () => {
    assert.equal(plan.length, 4);
    for (const { spec } of plan) {
      assert.deepEqual(spec.policyTypes, ["Ingress"]);
      assert.ok(Object.keys(spec.podSelector.matchLabels).length > 2, "selects pods of others");
    }
  });

  it("open to the world only the provider's gateways and what the API server calls", () => {
    const open = (options: Parameters<typeof planNetworkPolicies>[0]): number[] =>
      planNetworkPolicies(options)
        .flatMap(({ spec }) => spec.ingress)
        .filter((rule) => rule.from === undefined)
        .flatMap((rule) => rule.ports.map(({ port }) => port));
    const none = { metricsNamespaces: [], ipOperator: true, attestation: false };
    assert.deepEqual(open(none), [8443, 8444, 8081]);
    assert.deepEqual(open({ ...none, attestation: true }), [8443, 8444, 9443, 8081]);
  });

  it("let the provider reach each operator, and named namespaces the metrics", () => {
    const names = (options: Partial<Parameters<typeof planNetworkPolicies>[0]>) =>
      planNetworkPolicies({ metricsNamespaces: [], ipOperator: false, attestation: false, ...options }).map(
        ({ name }) => name,
      );
    assert.ok(!names({}).includes("operator-ip"));
    assert.ok(names({ ipOperator: true }).includes("operator-ip"));
    const monitored = planNetworkPolicies({
      metricsNamespaces: ["monitoring"],
      ipOperator: false,
      attestation: false,
    });
    const metrics = monitored
      .flatMap(({ spec }) => spec.ingress)
      .find(({ ports }) => ports[0]?.port === 9090);
    assert.deepEqual(metrics?.from, [
      { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } } },
    ]);
  });
});

describe("quotas", () => {
  it("leave room for a discovery pod on every node and none for pods beside leases", () => {
    fc.assert(
      fc.property(fc.nat(5000), (nodes) => {
        const [lease, services] = planQuotas(nodes);
        assert.deepEqual([lease?.namespace, lease?.hard["pods"]], ["lease", "0"]);
        assert.ok(Number(services?.hard["pods"]) >= nodes + 5);
        const milli = Number.parseInt(services?.hard["requests.cpu"] ?? "", 10);
        assert.ok(milli >= nodes * Number.parseInt(services?.defaultRequest?.["cpu"] ?? "", 10) + 1000);
      }),
    );
  });
});

describe("inventory configuration", () => {
  it("is what the operator reads back", () => {
    const classes = fc.array(fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/));
    fc.assert(
      fc.property(classes, classes, (storageClasses, excludeNodes) => {
        assert.deepEqual(parse(planInventoryConfig({ storageClasses, excludeNodes })), {
          version: "v1",
          cluster_storage: storageClasses,
          exclude: { nodes: excludeNodes, node_storage: [] },
        });
      }),
    );
    assert.deepEqual(parse(planInventoryConfig({})).cluster_storage, ["default", "beta3", "ram"]);
    assert.throws(() => planInventoryConfig({ excludeNodes: ["node-("] }), UnsupportedSetting);
  });
});

describe("provider workload", () => {
  const spec: ProviderSpec<string> = {
    image: "image",
    environment: [],
    keyring: { secretName: "keyring", checksum: "1" },
    certificate: {
      secretName: "certificate",
      fingerprint: "2",
      file: "akash1.pem",
      path: "/var/lib/akash/akash1.pem",
    },
    pricingConfigMap: "pricing",
    boundary: "3",
    attestation: false,
    storage: { size: "10Gi" },
    resources: PROVIDER_RESOURCES,
  };

  const tls = { secretName: "tls", host: "provider.example.com" };

  it("rolls when keyring, certificate, boundary or image change, and only then", () => {
    const template = (change: Partial<ProviderSpec<string>>) => planProvider({ ...spec, ...change }).template;
    assert.deepEqual(template({}), template({}));
    for (const change of [
      { image: "other" },
      { keyring: { ...spec.keyring, checksum: "other" } },
      { certificate: { ...spec.certificate, fingerprint: "other" } },
      { boundary: "other" },
    ]) {
      assert.notDeepEqual(template(change), template({}));
    }
    assert.deepEqual(template({ storage: { size: "20Gi" } }), template({}));
  });

  it("mounts one key of the certificate's Secret, and browsers' certificate if there is one", () => {
    const volumes = planProvider(spec).template.spec.volumes;
    const certificate = volumes.find(({ name }) => name === "certificate");
    assert.deepEqual(certificate && "secret" in certificate && certificate.secret, {
      secretName: "certificate",
      defaultMode: 0o440,
      items: [{ key: "akash1.pem", path: "akash1.pem" }],
    });
    assert.ok(!volumes.some(({ name }) => name === "tls"));
    // The provider starts, and serves the chain's certificate, before an authority has signed another.
    assert.deepEqual(
      planProvider({ ...spec, tls }).template.spec.volumes.find(({ name }) => name === "tls"),
      { name: "tls", secret: { secretName: "tls", defaultMode: 0o440, optional: true } },
    );
  });

  it("looks whether browsers' certificate is served, if there is one", () => {
    const probe = (change: Partial<ProviderSpec<string>>) =>
      planProvider({ ...spec, ...change }).template.spec.containers[0]?.livenessProbe;
    assert.deepEqual(probe({}), {
      httpGet: { path: "/version", port: "api", scheme: "HTTPS" },
      timeoutSeconds: 10,
      periodSeconds: 30,
      failureThreshold: 6,
    });
    assert.deepEqual(probe({ tls }), {
      exec: {
        command: [
          ...["sh", "-c", SERVES_ITS_CERTIFICATE, "sh"],
          ...["provider.example.com", "/etc/akash/tls", "8443", "1"],
        ],
      },
      timeoutSeconds: 20,
      periodSeconds: 30,
      failureThreshold: 6,
    });
  });

  it("keeps its volume and its class", () => {
    const plan = planProvider({ ...spec, storage: { size: "10Gi", storageClass: "local-path" } });
    assert.deepEqual(plan.persistentVolumeClaimRetentionPolicy, {
      whenDeleted: "Retain",
      whenScaled: "Retain",
    });
    assert.equal(plan.volumeClaimTemplates[0]?.spec.storageClassName, "local-path");
    assert.equal("storageClassName" in (planProvider(spec).volumeClaimTemplates[0]?.spec ?? {}), false);
  });
});

describe("one version", () => {
  it("pins provider, sidecar and definitions in lockstep", () => {
    const { images, crds } = loadPins();
    assert.equal(images["akash-attestation-sidecar"]?.version, PROVIDER_VERSION);
    assert.equal(crds["akash"]?.version, `v${PROVIDER_VERSION}`);
    assert.deepEqual(akashImages("1.2.3"), {
      provider: "ghcr.io/akash-network/provider:1.2.3",
      attestationSidecar: "ghcr.io/akash-network/provider-attestation-sidecar:1.2.3",
    });
  });

  it("takes a domain as it is, unless it already says provider", () => {
    assert.equal(planDomain("example.com"), "example.com");
    assert.equal(planDomain("providers.example.com"), "providers.example.com");
    assert.throws(() => planDomain("provider.example.com"), /Give example\.com/);
  });
});
