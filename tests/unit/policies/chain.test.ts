import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { attributesAsDetected } from "../../../policies/rules/attributesAsDetected.ts";
import { auditorsChecklist } from "../../../policies/rules/auditorsChecklist.ts";
import { hostUriAndCertificate } from "../../../policies/rules/hostUriAndCertificate.ts";
import { certificate, findings, object, type Props, registration, resource, workload } from "./declared.ts";

const GPU = "capabilities/gpu/vendor/nvidia/model/rtx5090";
const registered = (attributes: Props) =>
  registration({ attributes: { ...(registration().props["attributes"] as Props), ...attributes } });

describe("policy host-uri-and-certificate", () => {
  it("passes one name for both", () => {
    assert.deepEqual(
      findings(hostUriAndCertificate, [certificate("provider.example.com"), registration()]),
      [],
    );
  });

  it("refuses two names, whichever comes last", () => {
    assert.deepEqual(findings(hostUriAndCertificate, [certificate("gpu.example.com"), registration()]), [
      "it is for provider.example.com, and garage-certificate is for gpu.example.com",
    ]);
    assert.deepEqual(findings(hostUriAndCertificate, [registration(), certificate("gpu.example.com")]), [
      "it is for gpu.example.com, and garage-registration is for provider.example.com",
    ]);
  });

  it("refuses host URIs that tenants' programs cannot use", () => {
    const uri = (hostUri: string) => findings(hostUriAndCertificate, registration({ hostUri }));
    assert.deepEqual(uri("http://provider.example.com:8443"), [
      "its host URI http://provider.example.com:8443 is not https",
    ]);
    assert.deepEqual(uri("https://provider.example.com"), [
      "its host URI https://provider.example.com names no port",
    ]);
    for (const path of ["/", "/status"]) {
      assert.equal(uri(`https://provider.example.com:8443${path}`).length, 1, path);
    }
  });

  it("does not apply to anything else, nor to a host that is not known yet", () => {
    assert.ok(!hostUriAndCertificate.appliesTo(workload()));
    assert.ok(!hostUriAndCertificate.appliesTo(registration({ hostUri: undefined })));
  });
});

describe("policy attributes-as-detected", () => {
  const detected = { detected: JSON.stringify([GPU, `${GPU}/ram/32Gi`]) };

  it("passes what was detected, and anything well-formed where nothing is known of that", () => {
    const attributes = { [GPU]: "true", [`${GPU}/ram/32Gi`]: "true", "capabilities/gpu": "nvidia" };
    assert.deepEqual(findings(attributesAsDetected, registered(attributes), detected), []);
    assert.deepEqual(
      findings(attributesAsDetected, registered({ [`${GPU}/ram/32Gi/interface/pcie`]: "true" })),
      [],
    );
  });

  it("refuses GPUs that are not there, and misses those that are", () => {
    assert.deepEqual(findings(attributesAsDetected, registered({ [GPU]: "true" }), { detected: "[]" }), [
      `it advertises \`${GPU}\`, and no such GPU was detected`,
    ]);
    assert.deepEqual(findings(attributesAsDetected, registered({ [GPU]: "true" }), detected), [
      `it does not advertise \`${GPU}/ram/32Gi\`, which was detected`,
    ]);
  });

  it("refuses, on the program's own machines, GPUs that are on no bus, and lets the gate hold cards back", () => {
    const card = { vendor: "nvidia", model: "rtx5090", memory: "32Gi", interface: "pcie", count: 2 };
    const gate = (...expected: object[]) =>
      resource("pulumi-nodejs:dynamic/gpu:GpuGate", { expected, hosts: {}, cluster: {} });
    const advertising = (key: string, ...before: ReturnType<typeof gate>[]) =>
      findings(attributesAsDetected, [...before, registered({ [key]: "true" })]);
    assert.deepEqual(advertising(`${GPU}/ram/32Gi/interface/pcie`, gate({ node: "gpu-1", ...card })), []);
    assert.deepEqual(findings(attributesAsDetected, [gate({ node: "gpu-1", ...card }), registered({})]), []);
    assert.deepEqual(advertising(`${GPU}/ram/24Gi`, gate({ node: "gpu-1", ...card })), [
      `it advertises \`${GPU}/ram/24Gi\`, and no such GPU is on a machine's bus`,
    ]);
    assert.equal(advertising(GPU, gate()).length, 1);
    const unknown = resource("pulumi-nodejs:dynamic/gpu:GpuGate", { expected: undefined });
    assert.deepEqual(advertising(GPU, unknown), []);
  });

  it("refuses keys that no filter matches", () => {
    for (const key of [
      `${GPU}/interface/pcie/ram/32Gi`,
      `${GPU}/ram/32768Mi`,
      "capabilities/gpu/vendor/nvidia/model/*",
    ]) {
      const [found] = findings(attributesAsDetected, registered({ [key]: "true" }));
      assert.match(found ?? "", /which no filter matches/, key);
    }
  });

  it("does not apply to anything but a registration", () => {
    assert.ok(!attributesAsDetected.appliesTo(certificate("provider.example.com")));
  });
});

describe("policy auditors-checklist", () => {
  it("passes a complete record", () => {
    assert.deepEqual(findings(auditorsChecklist, registration()), []);
    const storage = {
      "feat-persistent-storage": "true",
      "capabilities/storage/1/class": "beta3",
      "capabilities/storage/1/persistent": "true",
      "capabilities/storage/2/class": "ram",
      "capabilities/storage/2/persistent": "false",
    };
    assert.deepEqual(findings(auditorsChecklist, registered(storage)), []);
  });

  it("names what auditors would send back", () => {
    const found = findings(
      auditorsChecklist,
      registration({
        attributes: { host: "example.com", tier: "community", country: "undefined", city: " " },
      }),
    );
    assert.deepEqual(found, [
      "its attribute `host` is not `akash`",
      "it has no attribute `organization`",
      "it has no attribute `location-region`",
      "its attribute `country` is `undefined`",
      "its attribute `city` is empty",
    ]);
    assert.deepEqual(
      findings(auditorsChecklist, registration({ contact: { email: "", website: "https://a.b" } })),
      ["its contact has no email"],
    );
  });

  it("compares what is said of storage with itself and with the classes declared", () => {
    assert.equal(findings(auditorsChecklist, registered({ "feat-persistent-storage": "true" })).length, 1);
    const named = { "capabilities/storage/1/class": "beta3", "capabilities/storage/1/persistent": "true" };
    assert.equal(findings(auditorsChecklist, registered(named)).length, 1);
    const storageClass = (name: string) => object("storage.k8s.io/v1:StorageClass", { metadata: { name } });
    const missing = (...classes: string[]) =>
      (auditorsChecklist.missing?.([registered(named), ...classes.map(storageClass)]) ?? []).map(
        ({ finding }) => finding,
      );
    assert.deepEqual(missing("beta2"), ["it advertises the storage class beta3, which is not declared"]);
    assert.deepEqual(missing("beta2", "beta3"), []);
    assert.deepEqual(missing(), []);
  });

  it("is said, and stops nobody", () => {
    assert.equal(auditorsChecklist.enforcement, "advisory");
  });

  it("does not apply to anything but a registration", () => {
    assert.ok(!auditorsChecklist.appliesTo(workload()));
  });
});
