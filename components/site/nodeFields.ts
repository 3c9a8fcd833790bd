import { isIP } from "node:net";
import { z } from "zod";
import { checked, host, pattern, port, sentence, text, variable, whole } from "./fields.ts";

const hostKey = pattern(
  "fingerprint of the machine's public key, SHA256:…, or the key itself; default: asked once, then pinned on this machine",
  /^(SHA256:[A-Za-z0-9+/]{43}=?|(ssh|ecdsa)-\S+ [A-Za-z0-9+/]+={0,2}( .*)?)$/,
  "is no host key",
  "Write the fingerprint that `ssh-keygen -lf` prints on the machine for /etc/ssh/ssh_host_ed25519_key.pub.",
).optional();

/** How a machine is reached; no field holds a secret. */
const access = {
  host: host("the machine: an IP address, a host name, or local for the machine this runs on"),
  user: text("user that logs in over SSH and may use sudo; default: root").optional(),
  port: port("SSH port; default: 22").optional(),
  keyFile: text(
    "path of the private SSH key, read when it is needed; default: the SSH agent's keys, then those in ~/.ssh",
  ).optional(),
  passwordEnv: variable(
    "name of the environment variable with the password for SSH and sudo; default: none is needed",
  ).optional(),
  hostKey,
};

const label = "[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?";

const disk = z.strictObject({
  device: pattern(
    "an empty disk, best by a name that stays: /dev/disk/by-id/…",
    /^\/dev\/\S+$/,
    "is not a disk",
    "Write a name below /dev, for example what `ls -l /dev/disk/by-id` shows.",
  ),
  kind: z
    .enum(["auto", "hdd", "ssd", "nvme"])
    .default("auto")
    .describe("hdd, ssd or nvme, offered as beta1, beta2 and beta3; auto: what the disk says; default: auto"),
});

const commands = (when: string) =>
  z
    .array(text("a command, run by bash as root"))
    .describe(`your own commands on the machine ${when}; run again only when they change; default: none`)
    .default([]);

/** Machines that are to become the cluster. */
export const nodesField = z
  .array(
    z.strictObject({
      ...access,
      name: pattern(
        "name of the node in the cluster; default: made from `host`",
        /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
        "is not a node name",
        "Use lower-case letters, digits and dashes.",
      ).optional(),
      bastion: z
        .strictObject(access)
        .optional()
        .describe("machine through which this one is reached; default: none"),
      role: z
        .enum(["auto", "server", "agent"])
        .default("auto")
        .describe("server: runs the control plane; agent: runs leases only; default: auto"),
      gpu: z
        .enum(["auto", "none", "nvidia"])
        .default("auto")
        .describe(
          "auto: what is on the bus; none: leave GPUs alone; nvidia: fail where none is found; default: auto",
        ),
      nodeIp: checked(
        "address at which the other nodes reach it; default: what K3s finds",
        (value) => isIP(value) !== 0,
        "is not an IP address",
        "Write an address of the machine, for example 10.0.0.10.",
      ).optional(),
      labels: z
        .record(
          z.string(),
          pattern(
            "value of a node's label",
            new RegExp(`^(${label})?$`),
            "is not a label's value",
            "Use up to 63 letters, digits, dashes, dots and underscores.",
          ),
        )
        .describe("labels of the node, key: value; default: none")
        .default({}),
      taints: z
        .array(
          pattern(
            "a taint, key=value:NoSchedule",
            new RegExp(
              `^([a-z0-9.-]+/)?${label}(=(${label})?)?:(NoSchedule|PreferNoSchedule|NoExecute)$`,
              "i",
            ),
            "is not a taint",
            "Write key=value:NoSchedule.",
          ),
        )
        .describe("taints of the node; default: none")
        .default([]),
      disks: z
        .array(disk)
        .describe(
          "empty disks given to Ceph for storage of leases; one with anything on it is refused; default: none",
        )
        .default([]),
      reboot: z
        .enum(["allowed", "refused"])
        .default("refused")
        .describe(
          "whether `up` may restart the machine while it runs leases; a machine without any may be; default: refused",
        ),
      before: commands("before it is prepared"),
      after: commands("after it is prepared, before K3s"),
    }),
  )
  .min(1, { error: sentence("is empty", "Name at least one machine.") })
  .describe("the machines that become the cluster, over SSH or this one");

/** What machines are brought to before they join the cluster. */
export const hostsField = z
  .strictObject({
    firewall: z
      .union([
        z.literal(false),
        z.strictObject({
          operators: z
            .array(text("address or network"))
            .optional()
            .describe("addresses and networks that reach SSH and the API server; default: everybody"),
          alsoOpen: z
            .array(text("port, for example 51820/udp"))
            .optional()
            .describe("further ports that everybody reaches; default: none"),
        }),
      ])
      .optional()
      .describe("the machines' firewall; false: somebody else sees to it; default: the site's ports"),
    hardenSsh: z.boolean().default(false).describe("logins over SSH by key only; default: false"),
    audit: z
      .boolean()
      .default(false)
      .describe("refuse machines too small to pass the auditors' check; default: false"),
    keepSwap: z.boolean().default(false).describe("leave swap as it is; default: false, it is turned off"),
    packages: z.array(text("a package")).default([]).describe("packages to install besides; default: none"),
  })
  .describe("what every machine of `nodes` is brought to")
  .prefault({});

/** GPUs and who sees to their software. */
export const gpuField = z
  .strictObject({
    operator: z
      .enum(["auto", "chart", "none"])
      .default("auto")
      .describe(
        "chart: install NVIDIA's GPU operator; none: a device plugin that names GPUs by volume-mounts or CDI is there already, or there is no GPU; auto: chart when pricing.gpu names a model, or `nodes` have a GPU, and no other device plugin is there; default: auto",
      ),
    driver: z
      .strictObject({
        by: z
          .enum(["host", "operator", "none"])
          .default("host")
          .describe(
            "who installs driver and container toolkit on `nodes`; host: this program, by packages; operator: NVIDIA's GPU operator; none: they are there; default: host",
          ),
        branch: whole("driver branch where none is there yet; default: 580", 470, 999).optional(),
        repositories: z
          .enum(["add", "present"])
          .default("add")
          .describe(
            "add: packages from Ubuntu and NVIDIA; present: from what the machines have set up; default: add",
          ),
      })
      .describe("driver of the GPUs in `nodes`")
      .prefault({}),
  })
  .describe("GPUs of the cluster")
  .prefault({});

/** The Ceph cluster on the disks of `nodes`. */
export const cephField = z
  .strictObject({
    replicas: whole(
      "copies of each block; default: as many as machines have such disks, at most 3",
      1,
      9,
    ).optional(),
    check: z
      .boolean()
      .default(true)
      .describe("mount a volume of each class once, before it is advertised; default: true"),
  })
  .describe("Ceph on the disks that `nodes` list")
  .prefault({});
