import { createHash, randomBytes } from "node:crypto";
import { chownSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { keyPair } from "./keys.ts";
import type { PciDevice } from "./types.ts";

/** What makes one host's disk its own. */
export interface DiskSeed {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly gateway: string;
  readonly pci: readonly PciDevice[];
  /** Public key in one line. */
  readonly authorizedKey: string;
  /** As crypt(3) writes it. */
  readonly passwordHash: string;
}

/** User and group `users`. */
const operatorIds = [1000, 100] as const;

/**
 * Puts onto an empty disk, which lies as a layer on the image, what the host does not share with others.
 *
 * @returns the fingerprint of the host key
 */
export function seedDisk(changes: string, image: string, seed: DiskSeed): string {
  rmSync(changes, { recursive: true, force: true });
  mkdirSync(changes, { recursive: true });
  const put = (path: string, content: string, mode = 0o644) => {
    const file = join(changes, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { mode });
  };
  put("etc/hostname", `${seed.name}\n`);
  put("etc/hosts", `127.0.0.1 localhost\n127.0.1.1 ${seed.name}\n`);
  put("etc/machine-id", `${randomBytes(16).toString("hex")}\n`);
  put("etc/systemd/network/10-host0.network", networkFile(seed));
  const shadow = readFileSync(join(image, "etc/shadow"), "utf8");
  put("etc/shadow", shadow.replace(/^operator:[^:]*/m, `operator:${seed.passwordHash}`), 0o640);

  const hostKey = keyPair();
  put("etc/ssh/ssh_host_ed25519_key", hostKey.private, 0o600);
  put("etc/ssh/ssh_host_ed25519_key.pub", `${hostKey.public}\n`);

  mkdirSync(join(changes, "root"), { mode: 0o700 });
  cpSync(join(image, "home", "operator"), join(changes, "home", "operator"), { recursive: true });
  for (const home of ["root", "home/operator"])
    put(`${home}/.ssh/authorized_keys`, `${seed.authorizedKey}\n`, 0o600);
  for (const path of ["", ".ssh", ".ssh/authorized_keys"]) {
    chownSync(join(changes, "home", "operator", path), ...operatorIds);
  }
  putPciBus(join(changes, "var", "lib", "lab", "pci"), seed.pci);
  return fingerprint(hostKey.public);
}

/** As `ssh-keygen -l` writes it. */
function fingerprint(publicKey: string): string {
  const blob = Buffer.from(publicKey.split(" ")[1] ?? "", "base64");
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}

function networkFile({ addresses, gateway }: DiskSeed): string {
  const lines = addresses.map((address) => `Address=${address}/24`);
  // Nothing is behind the gateway; a host without a default route would not be like any other.
  // The same at every boot, as neighbours remember it.
  const mac = `MACAddress=02:00:${addresses[0]?.split(".").map(hex).join(":")}`;
  return ["[Match]", "Name=host0", "[Link]", mac, "[Network]", ...lines, `Gateway=${gateway}`, ""].join("\n");
}

function hex(byte: string): string {
  return Number(byte).toString(16).padStart(2, "0");
}

/** Files as the kernel shows a PCI bus under /sys/bus/pci/devices, as far as `lspci` and scripts read them. */
function putPciBus(folder: string, devices: readonly PciDevice[]): void {
  mkdirSync(folder, { recursive: true });
  for (const [index, { vendor, device, class: code }] of devices.entries()) {
    const slot = join(folder, `0000:${(index + 1).toString(16).padStart(2, "0")}:00.0`);
    mkdirSync(slot);
    // The first 64 bytes of the configuration space: ids at 0, revision and class (little-endian) at 8.
    const config = Buffer.alloc(64);
    config.writeUInt16LE(Number.parseInt(vendor, 16), 0);
    config.writeUInt16LE(Number.parseInt(device, 16), 2);
    config.writeUIntLE(Number.parseInt(code, 16), 9, 3);
    const files = {
      vendor: `0x${vendor}\n`,
      device: `0x${device}\n`,
      class: `0x${code}\n`,
      subsystem_vendor: "0x0000\n",
      subsystem_device: "0x0000\n",
      revision: "0x00\n",
      irq: "0\n",
      resource: "0x0000000000000000 0x0000000000000000 0x0000000000000000\n".repeat(7),
    };
    for (const [name, content] of Object.entries(files)) writeFileSync(join(slot, name), content);
    writeFileSync(join(slot, "config"), config);
  }
}
