import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { storageAttributes } from "../../../components/storage/classes.ts";
import { advertisedClasses, differences } from "../../../doctor/checks/inventory.ts";
import { quantityOf } from "../../../doctor/observe/quantity.ts";

const GIB = 2 ** 30;

describe("what the inventory is compared with", () => {
  it("is every class of persistent storage that is advertised, and memory that is none", () => {
    const classes = (["beta2", "beta3"] as const).map((name) => ({ name, provisioner: "x" }));
    assert.deepEqual(advertisedClasses(storageAttributes(classes)), ["beta2", "beta3"]);
    assert.deepEqual(advertisedClasses(storageAttributes([])), []);
  });

  it("is what the node of that name offers, whatever unit it is written in", () => {
    const counted = [{ name: "a", allocatable: { cpu: 7500, memory: 31.5 * GIB } }];
    assert.deepEqual(differences(counted, [{ name: "a", cpu: "7500m", memory: "33030144Ki" }]), []);
    assert.deepEqual(differences(counted, [{ name: "b", cpu: "1", memory: "1Gi" }]), []);
    assert.deepEqual(differences([{ name: "a" }], [{ name: "a", cpu: "1", memory: "1Gi" }]), []);
    assert.deepEqual(differences(counted, [{ name: "a", cpu: "8", memory: "31.5Gi" }]), [
      "of a it counts 7.5 threads, the node offers 8",
    ]);
  });

  it("reads quantities as Kubernetes writes them", () => {
    assert.deepEqual(["1", "500m", "2k", "1Ki", "1.5Gi", "1e3", "128974848"].map(quantityOf), [
      ...[1, 0.5, 2000, 1024, 1.5 * GIB, 1000, 128_974_848],
    ]);
    assert.ok(["", "many", "1 Gi", "1Xi"].map(quantityOf).every(Number.isNaN));
  });
});
