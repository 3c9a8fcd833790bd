import { z } from "zod";
import { lines, type Sections } from "./sections.ts";
import type { HostDisk, HostFacts, HostPartition } from "./types.ts";

interface Block {
  readonly path?: string | null | undefined;
  readonly name: string;
  readonly type: string;
  readonly size: number | string | null;
  readonly rota?: boolean | string | null | undefined;
  readonly ro?: boolean | string | null | undefined;
  readonly rm?: boolean | string | null | undefined;
  readonly fstype?: string | null | undefined;
  readonly model?: string | null | undefined;
  readonly serial?: string | null | undefined;
  readonly tran?: string | null | undefined;
  readonly mountpoints?: readonly (string | null)[] | undefined;
  readonly mountpoint?: string | null | undefined;
  readonly children?: readonly Block[] | undefined;
}

const optionalText = z.string().nullish();
const flag = z.union([z.boolean(), z.string()]).nullish();
const block: z.ZodType<Block> = z.object({
  name: z.string(),
  path: optionalText,
  type: z.string(),
  size: z.union([z.number(), z.string()]).nullable(),
  rota: flag,
  ro: flag,
  rm: flag,
  fstype: optionalText,
  model: optionalText,
  serial: optionalText,
  tran: optionalText,
  mountpoints: z.array(z.string().nullable()).optional(),
  mountpoint: optionalText,
  children: z.lazy(() => z.array(block)).optional(),
});
const listing = z.object({ blockdevices: z.array(block) });

/** Disks as `lsblk -J -b` lists them, of any version since Ubuntu 20.04; without loop devices, drives and RAM disks. */
export function readDisks(sections: Sections): HostDisk[] {
  const text = sections.get("disks")?.trim() || sections.get("disks-old")?.trim();
  if (!text) return [];
  const { blockdevices } = listing.parse(JSON.parse(text));
  return blockdevices.filter(isDisk).map((found) => ({
    ...described(found),
    kind: kindOf(found),
    ...known("model", found.model),
    ...known("serial", found.serial),
    removable: isSet(found.rm),
    readOnly: isSet(found.ro),
    parts: (found.children ?? []).flatMap(withChildren).map(described),
  }));
}

function isDisk({ type, name }: Block): boolean {
  return type === "disk" && !/^(loop|ram|zram|fd|sr|nbd)\d/.test(name);
}

function withChildren(found: Block): Block[] {
  return [found, ...(found.children ?? []).flatMap(withChildren)];
}

function described(found: Block): HostPartition {
  const mounts = found.mountpoints ?? [found.mountpoint ?? null];
  return {
    path: found.path ?? `/dev/${found.name}`,
    bytes: Number(found.size ?? 0),
    ...known("filesystem", found.fstype),
    mounts: mounts.filter((mount): mount is string => mount !== null && mount !== ""),
  };
}

function kindOf({ name, tran, rota }: Block): HostDisk["kind"] {
  if (name.startsWith("nvme") || tran === "nvme") return "nvme";
  return isSet(rota) ? "hdd" : "ssd";
}

const isSet = (value: Block["ro"]): boolean => value === true || value === "1";

function known<K extends string>(key: K, value: string | null | undefined): Partial<Record<K, string>> {
  const trimmed = value?.trim();
  return trimmed ? ({ [key]: trimmed } as Record<K, string>) : {};
}

/**
 * Whether nothing is on a disk that could be somebody's data: no file system, no partition, nothing mounted.
 * What lsblk cannot see, only a look at the disk itself can show.
 */
export function isRaw({ filesystem, mounts, parts, readOnly, removable }: HostDisk): boolean {
  return filesystem === undefined && mounts.length === 0 && parts.length === 0 && !readOnly && !removable;
}

/** What `df -B1 --output=target,size,avail` prints. */
export function readSpace(sections: Sections): HostFacts["space"] {
  const rows = lines(sections, "space").flatMap((line) => {
    const [, mount = "", bytes, free] = /^(\S.*?)\s+(\d+)\s+(\d+)$/.exec(line) ?? [];
    return bytes === undefined ? [] : [{ mount, bytes: Number(bytes), free: Number(free) }];
  });
  return [...new Map(rows.map((row) => [row.mount, row])).values()];
}
