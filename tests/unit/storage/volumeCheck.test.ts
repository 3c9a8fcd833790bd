import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { planProvider } from "../../../components/akash/workloads/provider.ts";
import { handler, VolumeUnusable } from "../../../components/storage/volumeCheckProvider.ts";
import { resourceLimits } from "../../../policies/rules/resourceLimits.ts";
import { findings, object } from "../policies/declared.ts";

const PROVIDER = {
  image: "provider",
  environment: [],
  keyring: { secretName: "", checksum: "" },
  certificate: { secretName: "", fingerprint: "", file: "", path: "" },
  pricingConfigMap: "",
  boundary: "checksum",
  attestation: false,
  storage: { size: "1Gi" },
  resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "1", memory: "1Gi" } },
};

const inputs = {
  cluster: { kubeconfigPath: "/nowhere" },
  classes: ["beta2", "beta3"],
  namespace: "akash-services",
  image: "registry.lan/akash/provider:0.16.2",
  waitSeconds: 9,
  backing: "",
};

interface Job {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly securityContext: unknown;
        readonly containers: readonly {
          readonly image: string;
          readonly securityContext: unknown;
          readonly resources: unknown;
        }[];
      };
    };
  };
}

/** A cluster that keeps what it is given; jobs of the classes named in `works` succeed. */
function clusterOf(works: readonly string[], phase = "Bound", left: readonly string[] = []) {
  const objects = new Map<string, unknown>(left.map((path) => [path, {}]));
  const made: string[] = [];
  const jobs: Job[] = [];
  const implementation = handler({
    openCluster: async () => ({
      get: async <T>(path: string) => {
        if (!objects.has(path)) return undefined;
        const [storageClass = ""] = /beta\d/.exec(path) ?? [];
        const succeeded = path.includes("/jobs/") && works.includes(storageClass) ? 1 : 0;
        return { status: { phase, succeeded } } as T;
      },
      request: async <T>(method: string, path: string, body?: unknown) => {
        const [bare = ""] = path.split("?");
        if (method === "DELETE") objects.delete(bare);
        else {
          const { metadata, kind } = body as { metadata: { name: string }; kind: string };
          if (kind === "Job") jobs.push(body as Job);
          objects.set(`${bare}/${metadata.name}`, body);
          made.push(`${kind} ${metadata.name}`);
        }
        return undefined as T;
      },
    }),
    pause: async () => undefined,
  });
  return { implementation, objects, made, jobs };
}

describe("the trial of storage classes", () => {
  it("mounts a volume of each class and leaves nothing", async () => {
    const { implementation, objects, made } = clusterOf(["beta2", "beta3"]);
    await implementation.create(inputs);
    assert.deepEqual(made, [
      "PersistentVolumeClaim volume-check-beta2",
      "Job volume-check-beta2",
      "PersistentVolumeClaim volume-check-beta3",
      "Job volume-check-beta3",
    ]);
    assert.deepEqual([...objects], []);
  });

  it("runs the site's image as the provider's pod does, with a limit, and may write to the volume", async () => {
    const { implementation, jobs } = clusterOf(["beta3"]);
    await implementation.create({ ...inputs, classes: ["beta3"] });
    const [pod] = jobs.map(({ spec }) => spec.template.spec);
    const [container, ...more] = pod?.containers ?? [];
    const ofProvider = planProvider<string>(PROVIDER).template.spec;
    assert.equal(ofProvider.securityContext.runAsNonRoot, true);
    assert.ok(ofProvider.securityContext.fsGroup > 0);
    assert.deepEqual(pod?.securityContext, ofProvider.securityContext);
    assert.deepEqual(container?.securityContext, ofProvider.containers[0]?.securityContext);
    assert.equal(container?.image, inputs.image);
    assert.deepEqual(findings(resourceLimits, object("batch/v1:Job", { ...jobs[0] })), []);
    assert.deepEqual(more, []);
  });

  it("does not take what a killed run left for its answer", async () => {
    const left = ["/apis/batch/v1/namespaces/akash-services/jobs/volume-check-beta2"];
    const { implementation, made } = clusterOf(["beta2"], "Bound", left);
    await implementation.create({ ...inputs, classes: ["beta2"] });
    assert.equal(made.length, 2);
  });

  it("names a class that makes no volume, and one whose volume is of no use", async () => {
    const cases: readonly [string, RegExp][] = [
      ["Pending", /beta3 made no volume within 9 s \(the claim is Pending\)/],
      ["Bound", /class beta3 was made but could not be mounted/],
    ];
    for (const [phase, says] of cases) {
      const { implementation, objects } = clusterOf(["beta2"], phase);
      await assert.rejects(
        implementation.create(inputs),
        (error) => error instanceof VolumeUnusable && says.test(error.message),
      );
      assert.deepEqual([...objects], []);
    }
  });

  it("is repeated when what stands behind a class changes, and only then", async () => {
    const { implementation } = clusterOf([]);
    const same = await implementation.diff?.("id", inputs, { ...inputs, waitSeconds: 60 });
    const other = await implementation.diff?.("id", inputs, { ...inputs, backing: "four disks" });
    assert.deepEqual([same, other], [{ changes: false }, { changes: true }]);
  });
});
