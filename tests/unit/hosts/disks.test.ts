import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { isRaw, readDisks } from "../../../components/hosts/facts/disks.ts";

describe("disks of a machine", () => {
  const disks = (blockdevices: unknown[]) =>
    readDisks(new Map([["disks", JSON.stringify({ blockdevices })]]));
  const device = {
    name: "sdb",
    path: "/dev/sdb",
    type: "disk",
    size: 4e12,
    rota: true,
    ro: false,
    rm: false,
    fstype: null,
    mountpoints: [null],
  };

  it("are raw only where nothing is on them", () => {
    const partition = {
      name: "sdb1",
      path: "/dev/sdb1",
      type: "part",
      size: 1,
      mountpoints: [null],
      fstype: null,
    };
    const raw = (change: object) => disks([{ ...device, ...change }]).map(isRaw)[0];
    assert.equal(raw({}), true);
    assert.equal(raw({ fstype: "ext4" }), false);
    assert.equal(raw({ mountpoints: ["/data"] }), false);
    assert.equal(raw({ children: [partition] }), false);
    assert.equal(raw({ ro: true }), false);
    assert.equal(raw({ rm: "1" }), false);
  });

  it("show everything that is in their partitions", () => {
    const volume = {
      name: "vg-root",
      path: "/dev/mapper/vg-root",
      type: "lvm",
      size: 9,
      fstype: "ext4",
      mountpoints: ["/"],
    };
    const partition = {
      name: "nvme0n1p1",
      path: "/dev/nvme0n1p1",
      type: "part",
      size: 10,
      fstype: "LVM2_member",
      children: [volume],
    };
    const [disk] = disks([
      {
        ...device,
        name: "nvme0n1",
        path: null,
        rota: false,
        tran: "nvme",
        model: " Fast ",
        children: [partition],
      },
    ]);
    assert.equal(disk?.path, "/dev/nvme0n1");
    assert.equal(disk?.kind, "nvme");
    assert.equal(disk?.model, "Fast");
    assert.deepEqual(disk?.parts, [
      { path: "/dev/nvme0n1p1", bytes: 10, filesystem: "LVM2_member", mounts: [] },
      { path: "/dev/mapper/vg-root", bytes: 9, filesystem: "ext4", mounts: ["/"] },
    ]);
  });

  it("leave out what is no disk, and are read from older lsblk too", () => {
    const found = readDisks(
      new Map([
        ["disks", ""],
        [
          "disks-old",
          JSON.stringify({
            blockdevices: [
              { name: "loop0", type: "loop", size: 5 },
              { name: "zram0", type: "disk", size: 5 },
              { name: "sr0", type: "rom", size: 5 },
              { name: "sda", type: "disk", size: "5", rota: "0", mountpoint: "/mnt" },
            ],
          }),
        ],
      ]),
    );
    assert.deepEqual(found, [
      {
        path: "/dev/sda",
        bytes: 5,
        kind: "ssd",
        removable: false,
        readOnly: false,
        mounts: ["/mnt"],
        parts: [],
      },
    ]);
  });
});
