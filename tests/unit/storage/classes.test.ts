import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import {
  type LeaseStorageClass,
  type LeaseStorageName,
  storageAttributes,
  storageClassObjects,
} from "../../../components/storage/classes.ts";

const local = { provisioner: "rancher.io/local-path" };
const names: readonly LeaseStorageName[] = ["default", "beta1", "beta2", "beta3"];
const classes: fc.Arbitrary<LeaseStorageClass[]> = fc
  .shuffledSubarray([...names])
  .map((chosen) => chosen.map((name) => ({ name, ...local })));

describe("storageClassObjects", () => {
  it("labels every class for the inventory, with defaults for the rest", () => {
    const [object] = storageClassObjects([{ name: "beta3", ...local, parameters: { nodePath: "/mnt" } }]);
    assert.deepEqual(object, {
      metadata: {
        name: "beta3",
        labels: { "akash.network": "true" },
        annotations: { "pulumi.com/patchForce": "true" },
      },
      provisioner: "rancher.io/local-path",
      parameters: { nodePath: "/mnt" },
      reclaimPolicy: "Delete",
      volumeBindingMode: "WaitForFirstConsumer",
    });
  });

  it("leaves parameters out where there are none", () => {
    for (const parameters of [undefined, {}]) {
      const [object] = storageClassObjects([{ name: "beta1", ...local, ...(parameters && { parameters }) }]);
      assert.ok(object && !("parameters" in object));
    }
    const [object] = storageClassObjects([{ name: "default", ...local }]);
    assert.equal(object?.metadata.annotations["storageclass.kubernetes.io/is-default-class"], "true");
  });

  it("makes only `default` the cluster's default", () => {
    fc.assert(
      fc.property(classes, (chosen) => {
        for (const { metadata } of storageClassObjects(chosen)) {
          assert.equal(metadata.labels["akash.network"], "true");
          const isDefault = "storageclass.kubernetes.io/is-default-class" in metadata.annotations;
          assert.equal(isDefault, metadata.name === "default");
        }
      }),
    );
  });

  it("refuses a class named twice", () => {
    const twice: LeaseStorageClass[] = [
      { name: "beta1", ...local },
      { name: "beta1", ...local },
    ];
    assert.throws(() => storageClassObjects(twice), /beta1 twice/);
    assert.throws(() => storageAttributes(twice), /beta1 twice/);
  });
});

describe("storageAttributes", () => {
  it("puts the persistent class first and shared memory second, as auditors expect", () => {
    assert.deepEqual(storageAttributes([{ name: "beta3", ...local }]), [
      { key: "feat-persistent-storage", value: "true" },
      { key: "feat-shm", value: "true" },
      { key: "capabilities/storage/1/class", value: "beta3" },
      { key: "capabilities/storage/1/persistent", value: "true" },
      { key: "capabilities/storage/2/class", value: "ram" },
      { key: "capabilities/storage/2/persistent", value: "false" },
    ]);
  });

  it("counts further classes from 3 on", () => {
    const found = storageAttributes(
      ["beta3", "beta1", "beta2"].map((name) => ({ name: name as LeaseStorageName, ...local })),
    );
    const listed = found
      .filter(({ key }) => key.endsWith("/class"))
      .map(({ key, value }) => `${key.split("/")[2]} ${value}`);
    assert.deepEqual(listed, ["1 beta1", "2 ram", "3 beta2", "4 beta3"]);
  });

  it("advertises no persistent storage where there is none", () => {
    const found = storageAttributes([]);
    assert.deepEqual(found[0], { key: "feat-persistent-storage", value: "false" });
    assert.ok(!found.some(({ key }) => key.startsWith("capabilities/storage/1/")));
  });

  it("names each class once, shared memory always at 2, in any order of declaration", () => {
    fc.assert(
      fc.property(classes, (chosen) => {
        const found = storageAttributes(chosen);
        const keys = found.map(({ key }) => key);
        assert.equal(new Set(keys).size, keys.length);
        const offered = found.filter(({ key }) => key.endsWith("/class")).map(({ value }) => value);
        assert.deepEqual([...offered].sort(), [...chosen.map(({ name }) => name), "ram"].sort());
        const shared = found.find(({ value }) => value === "ram");
        assert.equal(shared?.key, "capabilities/storage/2/class");
        assert.deepEqual(found, storageAttributes([...chosen].reverse()));
      }),
    );
  });
});
