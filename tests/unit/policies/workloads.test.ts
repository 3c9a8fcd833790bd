import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { monitorRetries } from "../../../policies/rules/monitorRetries.ts";
import { oneProvider } from "../../../policies/rules/oneProvider.ts";
import { pinnedImages } from "../../../policies/rules/pinnedImages.ts";
import { resourceLimits } from "../../../policies/rules/resourceLimits.ts";
import { versionLockstep } from "../../../policies/rules/versionLockstep.ts";
import { container, findings, object, provider, workload } from "./declared.ts";

const image = (reference: string) => workload({ image: reference });

describe("policy pinned-images", () => {
  it("passes full versions and digests of known registries", () => {
    for (const reference of [
      "ghcr.io/akash-network/provider:0.16.2",
      "docker.io/curlimages/curl:8.16.0",
      "curlimages/curl:8.16",
      "registry.k8s.io/pause:v3.10-amd64",
      `ghcr.io/akash-network/provider@sha256:${"a".repeat(64)}`,
      `nvcr.io/nvidia/cuda:latest@sha256:${"b".repeat(64)}`,
    ]) {
      assert.deepEqual(findings(pinnedImages, image(reference)), [], reference);
    }
  });

  it("refuses tags that move, and none", () => {
    for (const tag of ["latest", "main", "stable", "v1", "1", "nightly"]) {
      const [found] = findings(pinnedImages, image(`ghcr.io/akash-network/provider:${tag}`));
      assert.match(found ?? "", new RegExp(`whose tag \`${tag}\` moves`), tag);
    }
    assert.deepEqual(findings(pinnedImages, image("ghcr.io/akash-network/provider")), [
      "it runs ghcr.io/akash-network/provider, which names no version",
    ]);
  });

  it("refuses registries that are not known, and lets the site name its own", () => {
    for (const reference of [
      "docker.io/somebody/provider:0.16.2",
      "nginx:1.29",
      "localhost:5000/akash/provider:0.16.2",
    ]) {
      assert.equal(findings(pinnedImages, image(reference)).length, 1, reference);
    }
    const mirrored = image("mirror.example.com:5000/akash/provider:0.16.2");
    assert.deepEqual(findings(pinnedImages, mirrored, { allowed: ["mirror.example.com:5000/akash"] }), []);
    assert.equal(findings(pinnedImages, mirrored, { allowed: ["mirror.example.com:5000/ak"] }).length, 1);
  });

  it("wants a version of each chart that is no file", () => {
    const chart = (props: object) => object("helm.sh/v3:Release", { ...props });
    assert.deepEqual(
      findings(pinnedImages, chart({ chart: "oci://example.com/chart", version: "1.2.3" })),
      [],
    );
    assert.deepEqual(findings(pinnedImages, chart({ chart: "https://example.com/chart-1.2.3.tgz" })), []);
    assert.deepEqual(findings(pinnedImages, chart({ chart: "/mirror/chart" })), []);
    assert.equal(findings(pinnedImages, chart({ chart: "oci://example.com/chart" })).length, 1);
    assert.equal(findings(pinnedImages, chart({ chart: "nginx", version: "^1.0.0" })).length, 1);
  });

  it("does not apply to what runs no image", () => {
    assert.ok(!pinnedImages.appliesTo(object("core/v1:ConfigMap", { data: { image: "nginx:latest" } })));
  });
});

describe("policy one-provider", () => {
  const autoscaler = (name: string) =>
    object("autoscaling/v2:HorizontalPodAutoscaler", {
      spec: { scaleTargetRef: { kind: "StatefulSet", name } },
    });

  it("passes one StatefulSet of one replica, beside other workloads", () => {
    assert.deepEqual(findings(oneProvider, [workload(), provider()]), []);
  });

  it("refuses more replicas, another kind of workload, and a second provider", () => {
    const { props, ...rest } = provider();
    const twice = { ...rest, props: { spec: { ...(props["spec"] as object), replicas: 2 } } };
    assert.deepEqual(findings(oneProvider, twice), ["it runs 2 replicas of the provider"]);
    const rolling = workload({ args: ["provider-services", "run"] }, "apps/v1:Deployment");
    assert.deepEqual(findings(oneProvider, rolling), ["it runs the provider and is no StatefulSet"]);
    assert.deepEqual(findings(oneProvider, [provider(), provider({}, "second")]), [
      "it runs a provider, and so does garage-provider",
    ]);
  });

  it("refuses an autoscaler of it, and leaves others alone", () => {
    assert.equal(findings(oneProvider, autoscaler("akash-provider")).length, 1);
    assert.ok(!oneProvider.appliesTo(autoscaler("web")));
  });

  it("does not apply to operators, which are the same program", () => {
    assert.ok(!oneProvider.appliesTo(workload({ args: ["provider-services", "operator", "hostname"] })));
  });
});

describe("policy version-lockstep", () => {
  const operator = (version: string) =>
    workload({
      image: `ghcr.io/akash-network/provider:${version}`,
      args: ["provider-services", "operator", "hostname"],
    });
  const run = (version: string) => provider({ image: `ghcr.io/akash-network/provider:${version}` });
  const definition = (version: string, kind = "manifests") =>
    object(
      "apiextensions.k8s.io/v1:CustomResourceDefinition",
      { metadata: { name: `${kind}.akash.network`, labels: { "app.kubernetes.io/version": version } } },
      kind,
    );

  it("passes one release of all, and definitions that are newer", () => {
    assert.deepEqual(
      findings(versionLockstep, [definition("0.16.2"), operator("0.16.2"), run("0.16.2")]),
      [],
    );
    assert.deepEqual(findings(versionLockstep, [definition("0.16.2"), run("0.16.1")]), []);
    assert.deepEqual(findings(versionLockstep, [run("0.16.1"), definition("0.16.2")]), []);
  });

  it("refuses operators of another release", () => {
    assert.deepEqual(findings(versionLockstep, [operator("0.16.1"), run("0.16.2")]), [
      "it runs release 0.16.2, and Deployment runs 0.16.1",
    ]);
  });

  it("refuses definitions older than what runs, in whichever order they come", () => {
    assert.deepEqual(findings(versionLockstep, [definition("0.14.2"), run("0.16.2")]), [
      "it runs release 0.16.2, and manifests is of the older 0.14.2",
    ]);
    assert.deepEqual(findings(versionLockstep, [run("0.16.2"), definition("0.14.2")]), [
      "it is of release 0.14.2, older than garage-provider, 0.16.2",
    ]);
    assert.equal(
      findings(versionLockstep, [definition("0.16.2"), definition("0.14.2", "providerhosts")]).length,
      1,
    );
  });

  it("does not apply to other programs and definitions", () => {
    assert.ok(!versionLockstep.appliesTo(workload({ args: ["nginx"] })));
    const foreign = object("apiextensions.k8s.io/v1:CustomResourceDefinition", {
      metadata: {
        name: "gateways.gateway.networking.k8s.io",
        labels: { "app.kubernetes.io/version": "1.4.1" },
      },
    });
    assert.ok(!versionLockstep.appliesTo(foreign));
  });
});

describe("policy resource-limits", () => {
  it("passes containers that say what they need and take", () => {
    assert.deepEqual(findings(resourceLimits, workload()), []);
  });

  it("refuses each that does not, naming what is absent", () => {
    assert.deepEqual(findings(resourceLimits, workload({ resources: {} })), [
      "its container main has no requests.cpu, requests.memory, limits.memory",
    ]);
    const unlimited = { resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "1" } } };
    assert.deepEqual(findings(resourceLimits, workload(unlimited)), [
      "its container main has no limits.memory",
    ]);
  });

  it("does not apply to what makes no pods", () => {
    assert.ok(!resourceLimits.appliesTo(object("core/v1:Service", { spec: { containers: [container()] } })));
  });
});

describe("policy monitor-retries", () => {
  const monitor = (retries?: string, period?: string) =>
    provider({
      env: [
        ...(retries === undefined ? [] : [{ name: "AP_MONITOR_MAX_RETRIES", value: retries }]),
        ...(period === undefined ? [] : [{ name: "AP_MONITOR_RETRY_PERIOD", value: period }]),
      ],
    });

  it("passes a day or more, however it is written", () => {
    for (const [retries, period] of [
      ["2880", "30s"],
      ["1440", "1m"],
      ["24", "1h"],
      ["960", "1m30s"],
    ] as const) {
      assert.deepEqual(findings(monitorRetries, monitor(retries, period)), [], period);
    }
  });

  it("knows the prefix of the official chart", () => {
    const env = [
      { name: "AKASH_MONITOR_MAX_RETRIES", value: "2880" },
      { name: "AKASH_MONITOR_RETRY_PERIOD", value: "30s" },
    ];
    assert.deepEqual(findings(monitorRetries, provider({ env })), []);
  });

  it("refuses less, and what the binary does by itself", () => {
    assert.deepEqual(findings(monitorRetries, monitor("2304", "30s")), [
      "it closes a lease that was unhealthy for 19.2 hours",
    ]);
    assert.deepEqual(findings(monitorRetries, monitor()), [
      "it closes a lease that was unhealthy for 3 minutes",
    ]);
    assert.equal(findings(monitorRetries, monitor("2880")).length, 1);
    assert.deepEqual(findings(monitorRetries, monitor("2880", "500ms")), [
      "it closes a lease that was unhealthy for 24 minutes",
    ]);
    assert.match(findings(monitorRetries, monitor("2880", "30"))[0] ?? "", /not a number and a duration/);
  });

  it("does not apply to operators", () => {
    assert.ok(!monitorRetries.appliesTo(workload({ args: ["provider-services", "operator", "inventory"] })));
  });
});
