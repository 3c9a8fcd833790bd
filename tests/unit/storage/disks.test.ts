import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { chooseDisks, type DiskFacts, DisksRefused, parseDisk } from "../../../components/storage/disks.ts";

/** A line as the script prints it. */
function line(fields: Record<string, string>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${value}`)
    .join("\t");
}

const blank = {
  path: "/dev/sdb",
  real: "/dev/sdb",
  stable: "/dev/disk/by-id/wwn-0x5000c500a1b2c3d4",
  type: "disk",
  size: "4000787030016",
  rotational: "1",
  readonly: "0",
  transport: "sata",
  signatures: "",
  users: "",
  mounts: "",
};

function choose(changes: Record<string, string>, kind?: "hdd" | "ssd" | "nvme", cephRuns = false) {
  const facts: DiskFacts[] = [parseDisk(line({ ...blank, ...changes }))];
  const disks = [{ device: "/dev/sdb", ...(kind === undefined ? {} : { kind }) }];
  return chooseDisks([{ node: "s-1", disks, facts }], { cephRuns });
}

describe("chooseDisks", () => {
  it("takes a blank disk under a name that stays", () => {
    assert.deepEqual(choose({}), [{ node: "s-1", device: blank.stable, kind: "hdd" }]);
    assert.equal(choose({ stable: "" })[0]?.device, "/dev/sdb");
  });

  it("tells the kinds apart, unless it is told", () => {
    assert.equal(choose({ rotational: "0" })[0]?.kind, "ssd");
    assert.equal(choose({ rotational: "0", transport: "nvme" })[0]?.kind, "nvme");
    assert.equal(choose({ rotational: "0", transport: "", real: "/dev/nvme1n1" })[0]?.kind, "nvme");
    assert.equal(choose({ rotational: "1" }, "ssd")[0]?.kind, "ssd");
  });

  const refused: readonly [string, Record<string, string>, RegExp][] = [
    [
      "a partition table",
      { signatures: "gpt" },
      /s-1: \/dev\/sdb holds a partition table \(gpt\).*wipefs --all \/dev\/sdb/,
    ],
    ["an old partition table", { signatures: "dos" }, /a partition table \(dos\)/],
    ["a filesystem", { signatures: "ext4" }, /a filesystem \(ext4\)/],
    ["LVM", { signatures: "LVM2_member" }, /an LVM volume/],
    ["RAID", { signatures: "linux_raid_member" }, /a part of a RAID/],
    ["swap", { signatures: "swap" }, /swap space/],
    ["two signatures", { signatures: "dos,vfat" }, /a partition table \(dos\), a filesystem \(vfat\)/],
    ["another Ceph's store", { signatures: "ceph_bluestore" }, /a store of some Ceph cluster/],
    ["a mounted disk", { mounts: "/,/boot" }, /is mounted at \/, \/boot/],
    ["a disk in use", { users: "md0,sdb1" }, /is in use by md0, sdb1/],
    ["a partition", { type: "part" }, /is no whole disk \(part\)/],
    ["a disk that cannot be written to", { readonly: "1" }, /cannot be written to/],
    ["a disk too small", { size: "1073741824" }, /smaller than 5 GiB/],
    ["a disk that is not there", { real: "" }, /\/dev\/sdb is not there/],
  ];
  for (const [what, changes, says] of refused) {
    it(`never takes ${what}`, () => {
      assert.throws(
        () => choose(changes),
        (error) => error instanceof DisksRefused && says.test(error.message),
      );
    });
  }

  it("knows its own Ceph's store again", () => {
    const own = { signatures: "ceph_bluestore", users: "ceph--block--1" };
    assert.equal(choose(own, undefined, true).length, 1);
    assert.throws(
      () => choose({ ...own, signatures: "ceph_bluestore,gpt" }, undefined, true),
      /partition table/,
    );
    assert.throws(() => choose({ ...own, mounts: "/mnt" }, undefined, true), /mounted/);
  });

  it("names every disk that is not free at once, a disk listed twice, and one it knows nothing of", () => {
    const facts = [
      parseDisk(line({ ...blank, path: "/dev/sda", real: "/dev/sda", mounts: "/" })),
      parseDisk(line(blank)),
      parseDisk(line({ ...blank, path: blank.stable })),
    ];
    const disks = ["/dev/sda", "/dev/sdb", blank.stable, "/dev/sdz"].map((device) => ({ device }));
    assert.throws(
      () => chooseDisks([{ node: "s-1", disks, facts }]),
      (error) => {
        assert.ok(error instanceof DisksRefused);
        assert.deepEqual(error.message.split("\n"), [
          "s-1: /dev/sda is mounted at /. Choose another one.",
          `s-1: ${blank.stable} and /dev/sdb are the same disk. Keep one of them.`,
          "s-1: nothing is known of /dev/sdz. Run again.",
        ]);
        return true;
      },
    );
  });

  it("never gives away a disk that anything is on", () => {
    const facts = fc.record({
      signatures: fc.subarray([
        "gpt",
        "dos",
        "ext4",
        "LVM2_member",
        "linux_raid_member",
        "swap",
        "zfs_member",
      ]),
      users: fc.subarray(["sdb1", "md0"]),
      mounts: fc.subarray(["/", "/data"]),
      ceph: fc.boolean(),
      cephRuns: fc.boolean(),
    });
    fc.assert(
      fc.property(facts, ({ signatures, users, mounts, ceph, cephRuns }) => {
        const marks = ceph ? [...signatures, "ceph_bluestore"] : signatures;
        const changes = { signatures: marks.join(","), users: users.join(","), mounts: mounts.join(",") };
        const own = ceph && cephRuns;
        const free = signatures.length === 0 && mounts.length === 0 && (own || (!ceph && users.length === 0));
        if (free) assert.equal(choose(changes, undefined, cephRuns).length, 1);
        else assert.throws(() => choose(changes, undefined, cephRuns), DisksRefused);
      }),
    );
  });
});
