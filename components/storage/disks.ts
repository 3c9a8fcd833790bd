/** What a machine says of one listed disk. Texts are "" where there is nothing to say. */
export interface DiskFacts {
  /** As it was listed. */
  readonly path: string;
  /** The kernel's name now, for example `/dev/sdb`; "" where there is no such disk. */
  readonly real: string;
  /** A name below /dev/disk/by-id that stays when disks change places. */
  readonly stable: string;
  /** `disk`, `part`, `lvm`, `raid1`, … */
  readonly type: string;
  readonly sizeBytes: number;
  readonly rotational: boolean;
  readonly readOnly: boolean;
  /** `nvme`, `sata`, `sas`, `usb`, … */
  readonly transport: string;
  /** Signatures found on it: partition tables, filesystems, LVM, RAID, swap, Ceph. */
  readonly signatures: readonly string[];
  /** Names of what sits on it: partitions, RAID, volume groups, mappings. */
  readonly users: readonly string[];
  readonly mounts: readonly string[];
}

function listOf(text: string | undefined): string[] {
  return (text ?? "").split(",").filter((item) => item !== "");
}

/** Reads a line of `scripts/disks.sh`: fields `name=value`, separated by tabs. */
export function parseDisk(line: string): DiskFacts {
  const fields = new Map(
    line.split("\t").map((field): [string, string] => {
      const at = field.indexOf("=");
      return [field.slice(0, at), field.slice(at + 1)];
    }),
  );
  return {
    path: fields.get("path") ?? "",
    real: fields.get("real") ?? "",
    stable: fields.get("stable") ?? "",
    type: fields.get("type") ?? "",
    sizeBytes: Number(fields.get("size") ?? "0") || 0,
    rotational: fields.get("rotational") === "1",
    readOnly: fields.get("readonly") === "1",
    transport: fields.get("transport") ?? "",
    signatures: listOf(fields.get("signatures")),
    users: listOf(fields.get("users")),
    mounts: listOf(fields.get("mounts")),
  };
}

/** Kinds of disk with the class of persistent storage that the network calls it by. */
export const classOfKind = { hdd: "beta1", ssd: "beta2", nvme: "beta3" } as const;

export type DiskKind = keyof typeof classOfKind;

/** A disk declared for a node. */
export interface DeclaredDisk {
  /** For example `/dev/disk/by-id/wwn-0x5000c500a1b2c3d4` or `/dev/sdb`. */
  readonly device: string;
  /** Default `auto`: what the disk says of itself. */
  readonly kind?: DiskKind | "auto";
}

export interface NodeDisks {
  /** Name of the Kubernetes node. */
  readonly node: string;
  readonly disks: readonly DeclaredDisk[];
  readonly facts: readonly DiskFacts[];
}

/** A disk that Ceph is given. */
export interface ChosenDisk {
  readonly node: string;
  /** The name given to Ceph, one that stays where the disk has one. */
  readonly device: string;
  readonly kind: DiskKind;
}

/** Disks that are not given away, each by name with what is on it. */
export class DisksRefused extends Error {
  override readonly name = "DisksRefused";
  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
  }
}

export interface DiskChoiceOptions {
  /** Ceph runs on this cluster already: its own mark on a disk is then no data of somebody else's. Default false. */
  readonly cephRuns?: boolean;
}

const cephSignature = "ceph_bluestore";
/** Below this Ceph makes no store. */
const leastBytes = 5 * 1024 ** 3;

/** Why a disk must not be given to Ceph; undefined for one that may. */
function refusal(facts: DiskFacts, cephRuns: boolean): string | undefined {
  if (facts.real === "") return "is not there. Look at `lsblk` for its name";
  if (facts.type !== "disk") return `is no whole disk (${facts.type}). List a whole disk`;
  if (facts.readOnly) return "cannot be written to. Choose another one";
  if (facts.mounts.length > 0) return `is mounted at ${facts.mounts.join(", ")}. Choose another one`;
  const ours = cephRuns && facts.signatures.includes(cephSignature);
  const foreign = facts.signatures.filter((signature) => !(ours && signature === cephSignature));
  if (foreign.length > 0) {
    return `holds ${foreign.map(describeSignature).join(", ")}. If nothing on it is needed, empty it yourself with \`wipefs --all ${facts.path}\``;
  }
  // Ceph's own store may be mapped, for encryption or through LVM.
  if (facts.users.length > 0 && !ours) return `is in use by ${facts.users.join(", ")}. Choose another one`;
  if (facts.sizeBytes < leastBytes) return "is smaller than 5 GiB, too small for Ceph. Choose another one";
  return undefined;
}

function describeSignature(signature: string): string {
  if (signature === "gpt" || signature === "dos") return `a partition table (${signature})`;
  if (signature === "LVM2_member") return "an LVM volume (LVM2_member)";
  if (signature.endsWith("raid_member")) return `a part of a RAID (${signature})`;
  if (signature === cephSignature) return "a store of some Ceph cluster (ceph_bluestore)";
  if (signature === "swap") return "swap space";
  return `a filesystem (${signature})`;
}

function kindOf({ kind = "auto" }: DeclaredDisk, { transport, real, rotational }: DiskFacts): DiskKind {
  if (kind !== "auto") return kind;
  if (transport === "nvme" || /^\/dev\/nvme/.test(real)) return "nvme";
  return rotational ? "hdd" : "ssd";
}

/**
 * The disks that Ceph may have: exactly those listed, and none with anything on it.
 *
 * @throws DisksRefused naming every disk that is not free, and why
 */
export function chooseDisks(nodes: readonly NodeDisks[], options: DiskChoiceOptions = {}): ChosenDisk[] {
  const problems: string[] = [];
  const chosen = nodes.flatMap(({ node, disks, facts }) => {
    const seen = new Map<string, string>();
    return disks.flatMap((disk): ChosenDisk[] => {
      const found = facts.find(({ path }) => path === disk.device);
      if (found === undefined) {
        problems.push(`${node}: nothing is known of ${disk.device}. Run again.`);
        return [];
      }
      const reason = refusal(found, options.cephRuns ?? false);
      const twin = seen.get(found.real);
      if (reason !== undefined) problems.push(`${node}: ${disk.device} ${reason}.`);
      else if (twin !== undefined) {
        problems.push(`${node}: ${disk.device} and ${twin} are the same disk. Keep one of them.`);
      } else {
        seen.set(found.real, disk.device);
        const device = found.stable === "" ? disk.device : found.stable;
        return [{ node, device, kind: kindOf(disk, found) }];
      }
      return [];
    });
  });
  if (problems.length > 0) throw new DisksRefused(problems);
  return chosen;
}
