import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { cephClasses, cephCluster, cephPools, rookOperatorValues } from "../../../components/storage/ceph.ts";
import { storageClassObjects } from "../../../components/storage/classes.ts";
import type { ChosenDisk, DiskKind } from "../../../components/storage/disks.ts";
import { cephToolbox } from "../../../components/storage/toolbox.ts";
import { loadPins } from "../../../toolchain/pins.ts";

const disk = (node: string, device: string, kind: DiskKind): ChosenDisk => ({ node, device, kind });

const three = ["a", "b", "c"].flatMap((node) => [disk(node, `/dev/disk/by-id/${node}-1`, "nvme")]);
const mixed = [...three, disk("a", "/dev/sdb", "hdd"), disk("b", "/dev/sdb", "hdd")];

describe("Ceph's objects", () => {
  it("name exactly the chosen disks", () => {
    const { spec } = cephCluster(mixed);
    assert.deepEqual(spec["storage"], {
      useAllNodes: false,
      useAllDevices: false,
      nodes: [
        {
          name: "a",
          devices: [
            { name: "/dev/disk/by-id/a-1", config: { deviceClass: "nvme" } },
            { name: "/dev/sdb", config: { deviceClass: "hdd" } },
          ],
        },
        {
          name: "b",
          devices: [
            { name: "/dev/disk/by-id/b-1", config: { deviceClass: "nvme" } },
            { name: "/dev/sdb", config: { deviceClass: "hdd" } },
          ],
        },
        { name: "c", devices: [{ name: "/dev/disk/by-id/c-1", config: { deviceClass: "nvme" } }] },
      ],
    });
  });

  it("take Ceph's image from the pins", () => {
    const { version, image } = loadPins().images["ceph"] ?? {};
    assert.deepEqual(cephCluster(three).spec["cephVersion"], {
      image: `${image}:${version}`,
      allowUnsupported: false,
    });
  });

  it("have the toolbox that the inventory operator looks for", () => {
    const { metadata, spec } = cephToolbox();
    assert.equal(metadata.namespace, "rook-ceph");
    // operator/inventory/ceph.go: label `app`, and the container.
    const { metadata: pod, spec: podSpec } = spec.template;
    assert.deepEqual(
      [pod.labels, podSpec.containers.map(({ name }) => name)],
      [{ app: "rook-ceph-tools" }, ["rook-ceph-tools"]],
    );
    assert.deepEqual(spec.selector.matchLabels, pod.labels);
    const [container] = podSpec.containers;
    assert.equal(container?.image, Reflect.get(cephCluster(three).spec["cephVersion"] as object, "image"));
    assert.deepEqual([podSpec.securityContext.runAsNonRoot, podSpec.securityContext.runAsUser], [true, 2016]);
    // What Rook makes for its own tools (pkg/operator/ceph/cluster/mon of rook).
    const named = podSpec.volumes.flatMap(
      ({ secret, configMap }) => secret?.secretName ?? configMap?.name ?? [],
    );
    assert.deepEqual(named, ["rook-ceph-mon-endpoints", "rook-ceph-mon"]);
    assert.doesNotMatch(JSON.stringify(container), /secretKeyRef/);
  });

  it("never ask for disks to be wiped", () => {
    assert.deepEqual(cephCluster(three).spec["cleanupPolicy"], { confirmation: "" });
  });

  it("have three monitors where three machines can hold them", () => {
    assert.deepEqual(cephCluster(three).spec["mon"], { count: 3, allowMultiplePerNode: false });
    assert.deepEqual(cephCluster(three).spec["mgr"], { count: 2, allowMultiplePerNode: false });
    const two = three.slice(0, 2);
    assert.deepEqual(cephCluster(two).spec["mon"], { count: 1, allowMultiplePerNode: false });
    assert.deepEqual(cephCluster(two).spec["mgr"], { count: 1, allowMultiplePerNode: false });
  });

  it("have a pool for each kind, spread over machines where there are several", () => {
    const pools = cephPools([...mixed, disk("a", "/dev/sdc", "ssd")]);
    assert.deepEqual(
      pools.map(({ metadata, spec }) => [
        metadata.name,
        spec["deviceClass"],
        spec["failureDomain"],
        spec["replicated"],
      ]),
      [
        ["beta1", "hdd", "host", { size: 2, requireSafeReplicaSize: true }],
        ["beta2", "ssd", "osd", { size: 1, requireSafeReplicaSize: false }],
        ["beta3", "nvme", "host", { size: 3, requireSafeReplicaSize: true }],
      ],
    );
    const [pool] = cephPools(three.slice(0, 2), { replicas: 3 });
    assert.deepEqual(
      [pool?.spec["failureDomain"], pool?.spec["replicated"]],
      ["osd", { size: 3, requireSafeReplicaSize: true }],
    );
  });

  it("carry the network's classes with their label", () => {
    const objects = storageClassObjects(cephClasses(mixed));
    assert.deepEqual(
      objects.map(
        ({ metadata, provisioner, parameters, volumeBindingMode, reclaimPolicy, allowVolumeExpansion }) => [
          metadata.name,
          metadata.labels,
          provisioner,
          parameters?.["pool"],
          volumeBindingMode,
          reclaimPolicy,
          allowVolumeExpansion,
        ],
      ),
      ["beta1", "beta3"].map((name) => [
        name,
        { "akash.network": "true" },
        "rook-ceph.rbd.csi.ceph.com",
        name,
        "Immediate",
        "Delete",
        true,
      ]),
    );
    const secrets = Object.entries(objects[0]?.parameters ?? {}).filter(([key]) =>
      key.endsWith("secret-name"),
    );
    assert.deepEqual(Object.fromEntries(secrets), {
      "csi.storage.k8s.io/provisioner-secret-name": "rook-csi-rbd-provisioner",
      "csi.storage.k8s.io/controller-expand-secret-name": "rook-csi-rbd-provisioner",
      "csi.storage.k8s.io/controller-publish-secret-name": "rook-csi-rbd-provisioner",
      "csi.storage.k8s.io/node-stage-secret-name": "rook-csi-rbd-node",
    });
  });

  it("leave definitions to us and drivers nobody asked for away", () => {
    assert.deepEqual(rookOperatorValues(), {
      crds: { enabled: false },
      csi: { enableRbdDriver: true, enableCephfsDriver: false },
      enableDiscoveryDaemon: false,
    });
  });
});
