import { z } from "zod";

const partition = z.object({
  /** For example `/dev/sda1`. */
  path: z.string(),
  bytes: z.number(),
  /** File system or signature (`ext4`, `LVM2_member`, `ceph_bluestore`); absent where there is none. */
  filesystem: z.string().optional(),
  mounts: z.array(z.string()),
});

const disk = z.object({
  /** For example `/dev/nvme0n1`. */
  path: z.string(),
  bytes: z.number(),
  kind: z.enum(["hdd", "ssd", "nvme"]),
  model: z.string().optional(),
  serial: z.string().optional(),
  removable: z.boolean(),
  readOnly: z.boolean(),
  /** On the disk itself, not in a partition. */
  filesystem: z.string().optional(),
  mounts: z.array(z.string()),
  /** Everything on it: partitions, and the volumes and arrays in them. */
  parts: z.array(partition),
});

const pciDevice = z.object({
  /** Without the domain where that is 0000, for example `01:00.0`. */
  slot: z.string(),
  /** Base class and subclass, for example `0300`. */
  deviceClass: z.string(),
  vendor: z.string(),
  device: z.string(),
  /** Always ""; ids decide. */
  name: z.string(),
  /** `vendor:device` of the board. */
  subsystem: z.string().optional(),
  /** Kernel driver that holds it. */
  driver: z.string().optional(),
  /** Whether the firmware's screen is on it. */
  bootDisplay: z.boolean(),
});

const listener = z.object({
  protocol: z.enum(["tcp", "udp"]),
  address: z.string(),
  port: z.number(),
  /** Program; absent where it could not be told. */
  process: z.string().optional(),
});

/** What one machine is and has. */
export const hostFacts = z.object({
  hostname: z.string(),
  /** Changes with every boot. */
  bootId: z.string(),
  os: z.object({
    /** `ubuntu`, `debian`, … */
    id: z.string(),
    version: z.string(),
    codename: z.string(),
    name: z.string(),
  }),
  kernel: z.object({
    release: z.string(),
    architecture: z.string(),
    /** `generic`, `oem`, `aws`, …; "" where the release names none. */
    flavour: z.string(),
    /** The newest one that is installed; absent where none is found. */
    newest: z.string().optional(),
  }),
  cpu: z.object({
    threads: z.number(),
    model: z.string(),
    vendor: z.enum(["amd", "intel", "arm"]).optional(),
  }),
  memoryBytes: z.number(),
  swap: z.object({ bytes: z.number(), devices: z.array(z.string()) }),
  /** Addresses of the machine that are not for itself alone. */
  addresses: z.array(z.string()),
  disks: z.array(disk),
  /** Of the file systems that hold `/` and `/var/lib`. */
  space: z.array(z.object({ mount: z.string(), bytes: z.number(), free: z.number() })),
  pci: z.array(pciDevice),
  clock: z.object({
    synchronized: z.boolean(),
    /** Service that keeps it; absent where there is none. */
    service: z.string().optional(),
    /** Seconds by which it is ahead of this machine's clock, as far as one exchange can tell. */
    aheadSeconds: z.number(),
  }),
  listeners: z.array(listener),
  firewall: z.object({
    kind: z.enum(["none", "ufw", "firewalld", "nftables", "iptables"]),
    /** Whether it refuses what no rule allows. */
    refuses: z.boolean(),
  }),
  firmware: z.enum(["efi", "bios"]),
  secureBoot: z.boolean(),
  /** `none` on hardware, else as systemd-detect-virt names it. */
  virtualization: z.string(),
  /** What draws a desktop; absent where nothing does. */
  desktop: z.string().optional(),
  docker: z.object({
    active: z.boolean(),
    /** `name image` of each container that runs. */
    containers: z.array(z.string()),
    nvidiaRuntime: z.boolean(),
  }),
  cgroup: z.enum(["v1", "v2"]),
  nvidia: z.object({
    /** Version of the loaded driver; absent where none is. */
    loaded: z.string().optional(),
    /** Of the loaded one. */
    flavour: z.enum(["open", "proprietary"]).optional(),
    /** Driver packages that are installed, `name version`. */
    packages: z.array(z.string()),
    nouveau: z.boolean(),
  }),
  toolkit: z.object({
    version: z.string().optional(),
    /** Configuration of containerd (its own or K3s's) that knows the nvidia runtime. */
    containerd: z.array(z.string()),
    cdi: z.array(z.string()),
  }),
  k3s: z.object({
    version: z.string().optional(),
    role: z.enum(["server", "agent"]).optional(),
    active: z.boolean(),
    /** Whether this package set it up, or began to. */
    ours: z.boolean(),
    /** The site that set it up; absent where nothing says so. */
    site: z.string().optional(),
    /** Whether it has run there: it has data of a cluster. */
    data: z.boolean(),
    /** Whether it brings its own ingress. */
    traefik: z.boolean(),
  }),
  reboot: z.object({
    pending: z.boolean(),
    /** Packages that asked for it. */
    packages: z.array(z.string()),
  }),
  unattendedUpgrades: z.boolean(),
});

export type HostFacts = z.infer<typeof hostFacts>;
export type HostDisk = z.infer<typeof disk>;
export type HostPartition = z.infer<typeof partition>;
export type HostPciDevice = z.infer<typeof pciDevice>;
export type Listener = z.infer<typeof listener>;
