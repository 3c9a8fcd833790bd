import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { factsFrom } from "../../../components/hosts/facts/facts.ts";
import { parseSections } from "../../../components/hosts/facts/sections.ts";
import { compareReleases, flavourOf } from "../../../components/hosts/facts/system.ts";
import { sectionsText } from "../../unit/hosts/machine.ts";

const facts = (sections: Record<string, string>) => factsFrom(sectionsText(sections), 1000);

/** What separates sections does not occur in what files and commands say. */
function withoutSeparators(text: string): string {
  return text.replaceAll("\x1e", "").replaceAll("\x1f", "");
}

describe("facts of a machine", () => {
  it("has a form for a machine that tells nothing", () => {
    const { os, disks, clock, firewall, k3s } = facts({});
    assert.equal(os.id, "unknown");
    assert.deepEqual(disks, []);
    assert.deepEqual(clock, { synchronized: false, aheadSeconds: 0 });
    assert.deepEqual(firewall, { kind: "none", refuses: false });
    assert.deepEqual(k3s, { active: false, ours: false, data: false, traefik: false });
  });

  it("takes sections apart whatever is in them", () => {
    const text = fc.string({ unit: "binary" }).map(withoutSeparators);
    fc.assert(
      fc.property(fc.dictionary(text, text, { noNullPrototype: true, maxKeys: 4 }), (sections) => {
        const parsed = parseSections(sectionsText(sections));
        assert.deepEqual(Object.fromEntries(parsed), sections);
      }),
      { numRuns: 30 },
    );
  });

  it("survives any text in any section but those in JSON", () => {
    const names = [
      "os-release",
      "kernel",
      "kernels",
      "cpu",
      "memory",
      "swaps",
      "addresses",
      "pci",
      "clock",
      "clock-services",
      "chrony",
      "listening",
      "sockets",
      "nft",
      "iptables",
      "ufw",
      "nvidia",
      "packages",
      "k3s-version",
      "k3s-units",
      "space",
      "containers",
      "toolkit",
    ];
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom(
        "tcp LISTEN 0 128 *:22",
        "MemTotal: x kB",
        "0000:01:00.0 03",
        "table inet x {",
        "1: eth0 inet",
      ),
    );
    const section = fc.array(line).map((found) => withoutSeparators(found.join("\n")));
    fc.assert(
      fc.property(
        fc.record(Object.fromEntries(names.map((name) => [name, section]))),
        (given) => void facts(given),
      ),
    );
  });

  it("reads system, kernel and what waits for a restart", () => {
    const found = facts({
      "os-release":
        'PRETTY_NAME="Ubuntu 24.04.3 LTS"\nID=ubuntu\nVERSION_ID="24.04"\nVERSION_CODENAME=noble\n',
      kernel: "Linux 6.11.0-1016-oem x86_64\n",
      kernels:
        "/boot/vmlinuz-6.8.0-60-generic\n/boot/vmlinuz-6.11.0-1016-oem\n/boot/vmlinuz-6.11.0-1020-oem\n",
      "reboot-required": "required\nlinux-image-6.11.0-1020-oem\nlibc6\n",
    });
    assert.deepEqual(found.os, {
      id: "ubuntu",
      version: "24.04",
      codename: "noble",
      name: "Ubuntu 24.04.3 LTS",
    });
    assert.deepEqual(found.kernel, {
      release: "6.11.0-1016-oem",
      architecture: "x86_64",
      flavour: "oem",
      newest: "6.11.0-1020-oem",
    });
    assert.deepEqual(found.reboot, { pending: true, packages: ["linux-image-6.11.0-1020-oem", "libc6"] });
  });

  it("waits for no restart where the newest kernel runs, or none is listed", () => {
    const running = facts({
      kernel: "Linux 6.8.0-60-generic x86_64",
      kernels: "/boot/vmlinuz-6.8.0-60-generic",
    });
    assert.equal(running.reboot.pending, false);
    assert.equal(facts({ kernel: "Linux 6.8.0 x86_64", kernels: "/boot/vmlinuz-*" }).reboot.pending, false);
  });

  it("knows kernel flavours and orders releases", () => {
    const flavours = [
      "6.8.0-60-generic",
      "6.1.0-18-cloud-amd64",
      "6.18.44",
      "6.5.0-1014-nvidia-lowlatency",
      "5.15.0",
    ];
    assert.deepEqual(flavours.map(flavourOf), ["generic", "cloud-amd64", "", "nvidia-lowlatency", ""]);
    assert.ok(compareReleases("6.11.0-9-generic", "6.8.0-60-generic") > 0);
    assert.ok(compareReleases("6.8.0-9-generic", "6.8.0-60-generic") < 0);
    assert.equal(compareReleases("6.8.0", "6.8.0.0"), 0);
  });

  it("reads listening ports with their programs, or without where ss is missing", () => {
    const { listeners } = facts({
      listening: [
        'tcp LISTEN 0 4096 0.0.0.0:80 0.0.0.0:* users:(("traefik",pid=7,fd=3))',
        'tcp LISTEN 0 128 [::]:22 [::]:* users:(("sshd",pid=1,fd=4),("systemd",pid=1,fd=50))',
        "udp UNCONN 0 0 127.0.0.53%lo:53 0.0.0.0:*",
      ].join("\n"),
      sockets:
        "  sl  local_address rem_address   st\n   0: 00000000:01BB 00000000:0000 0A 0\n   1: 0100007F:1F90 00000000:0000 01 0\n",
    });
    assert.deepEqual(listeners, [
      { protocol: "tcp", address: "0.0.0.0", port: 80, process: "traefik" },
      { protocol: "tcp", address: "::", port: 22, process: "sshd" },
      { protocol: "udp", address: "127.0.0.53", port: 53 },
      { protocol: "tcp", address: "*", port: 443 },
    ]);
  });

  it("tells firewalls that refuse from those that only pass on", () => {
    const chain = (policy: string) =>
      `table ip filter {\n\tchain INPUT {\n\t\ttype filter hook input priority filter; policy ${policy};\n\t}\n}\n`;
    const ours =
      "table inet pulumi_akash {\n\tchain input {\n\t\ttype filter hook input priority filter; policy drop;\n\t}\n}\n";
    assert.deepEqual(facts({ nft: chain("accept") }).firewall, { kind: "nftables", refuses: false });
    assert.deepEqual(facts({ nft: chain("drop") }).firewall, { kind: "nftables", refuses: true });
    assert.deepEqual(facts({ nft: ours }).firewall, { kind: "none", refuses: false });
    assert.deepEqual(facts({ iptables: "-P INPUT DROP" }).firewall, { kind: "iptables", refuses: true });
    assert.deepEqual(facts({ iptables: "-P INPUT ACCEPT" }).firewall, { kind: "none", refuses: false });
    assert.deepEqual(facts({ ufw: "Status: active\n" }).firewall, { kind: "ufw", refuses: true });
    assert.deepEqual(facts({ ufw: "Status: inactive\n" }).firewall, { kind: "none", refuses: false });
    assert.deepEqual(facts({ firewalld: "active\n" }).firewall, { kind: "firewalld", refuses: true });
  });

  it("reads PCI devices with board, driver and screen", () => {
    const { pci } = facts({
      pci: "0000:01:00.0 030000 10de 2b85 nvidia 0x1043 0x8a2e 1\n0000:c1:00.0 068000 10de 22a3 - - - -\nbroken line\n",
    });
    assert.deepEqual(pci, [
      {
        slot: "01:00.0",
        deviceClass: "0300",
        vendor: "10de",
        device: "2b85",
        name: "",
        subsystem: "1043:8a2e",
        driver: "nvidia",
        bootDisplay: true,
      },
      { slot: "c1:00.0", deviceClass: "0680", vendor: "10de", device: "22a3", name: "", bootDisplay: false },
    ]);
  });

  it("reads the driver that is loaded and the packages it came from", () => {
    const open = facts({
      nvidia: "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.95.05  Release Build\n",
      packages:
        "ii  nvidia-driver-580-open 580.95.05-0ubuntu1\nrc  nvidia-driver-550 550.1\nhi  nvidia-fabricmanager-580 580.95\nii  unattended-upgrades 2.9\n",
      modules: "nvidia\noverlay\n",
    });
    assert.deepEqual(open.nvidia, {
      loaded: "580.95.05",
      flavour: "open",
      packages: ["nvidia-driver-580-open 580.95.05-0ubuntu1", "nvidia-fabricmanager-580 580.95"],
      nouveau: false,
    });
    assert.equal(open.unattendedUpgrades, true);
    const closed = facts({
      nvidia: "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.163.01  Tue\n",
      modules: "nouveau\n",
    });
    assert.equal(closed.nvidia.loaded, "550.163.01");
    assert.equal(closed.nvidia.flavour, "proprietary");
    assert.equal(closed.nvidia.nouveau, true);
  });

  it("reads K3s by its active unit", () => {
    const units = (server: string, agent: string) =>
      `LoadState=${server}\nId=k3s.service\nActiveState=active\n\nLoadState=${agent}\nActiveState=inactive\nId=k3s-agent.service\n`;
    const version = "k3s version v1.34.3+k3s1 (abc)\ngo version go1.24\n";
    const server = facts({
      "k3s-version": version,
      "k3s-units": units("loaded", "not-found"),
      "k3s-ours": "x",
    });
    assert.deepEqual(server.k3s, {
      version: "v1.34.3+k3s1",
      role: "server",
      active: true,
      ours: true,
      data: false,
      traefik: false,
    });
    const agent = facts({ "k3s-units": units("not-found", "loaded"), "k3s-traefik": "t" });
    assert.deepEqual(agent.k3s, {
      role: "agent",
      active: false,
      ours: false,
      data: false,
      traefik: true,
    });
    // Where an installation was cut off there is a site before there is a unit.
    const cut = facts({ "k3s-version": version, "k3s-site": "garage\n" });
    assert.deepEqual(cut.k3s, {
      version: "v1.34.3+k3s1",
      active: false,
      ours: true,
      site: "garage",
      data: false,
      traefik: false,
    });
    assert.equal(facts({ "k3s-data": "/var/lib/rancher/k3s/server/db\n" }).k3s.data, true);
  });

  it("believes chrony and timedatectl about the clock, and compares it with this machine's", () => {
    assert.deepEqual(
      facts({ time: "1012.5", clock: "NTP=yes\nNTPSynchronized=yes", "clock-services": "active\ninactive" })
        .clock,
      {
        synchronized: true,
        service: "systemd-timesyncd",
        aheadSeconds: 12.5,
      },
    );
    const chrony = facts({
      chrony: "A29FC87B,time.example.com,3,1700000000.0",
      "clock-services": "inactive\nactive",
    });
    assert.equal(chrony.clock.synchronized, true);
    assert.equal(chrony.clock.service, "chrony");
    assert.equal(facts({ chrony: "00000000,,0,0.0" }).clock.synchronized, false);
  });
});
