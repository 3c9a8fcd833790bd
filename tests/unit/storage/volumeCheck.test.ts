import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { handler, VolumeUnusable } from "../../../components/storage/volumeCheckProvider.ts";

const inputs = {
  cluster: { kubeconfigPath: "/nowhere" },
  classes: ["beta2", "beta3"],
  namespace: "akash-services",
  waitSeconds: 9,
  backing: "",
};

/** A cluster that keeps what it is given; jobs of the classes named in `works` succeed. */
function clusterOf(works: readonly string[], phase = "Bound", left: readonly string[] = []) {
  const objects = new Map<string, unknown>(left.map((path) => [path, {}]));
  const made: string[] = [];
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
          objects.set(`${bare}/${metadata.name}`, body);
          made.push(`${kind} ${metadata.name}`);
        }
        return undefined as T;
      },
    }),
    pause: async () => undefined,
  });
  return { implementation, objects, made };
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
