import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { HostFacts } from "../../../components/hosts/facts/types.ts";
import {
  describeProblem,
  HostsUnfit,
  preflightHosts,
} from "../../../components/hosts/preflight/preflight.ts";
import type { InspectedHost, PreflightWanted } from "../../../components/hosts/preflight/types.ts";
import { goodFacts, machineWith } from "./machine.ts";

const GIB = 2 ** 30;

function problems(
  facts: Partial<HostFacts>,
  host: Partial<InspectedHost> = {},
  wanted: PreflightWanted = {},
) {
  return preflightHosts([machineWith(facts, host)], wanted).map(
    ({ severity, problem }) => `${severity}: ${problem}`,
  );
}

function only(
  facts: Partial<HostFacts>,
  pattern: RegExp,
  host: Partial<InspectedHost> = {},
  wanted: PreflightWanted = {},
) {
  const found = problems(facts, host, wanted);
  assert.equal(found.length, 1, found.join("\n"));
  assert.match(found[0] ?? "", pattern);
}

const listener = (port: number, process?: string, address = "0.0.0.0") => ({
  protocol: "tcp" as const,
  address,
  port,
  ...(process === undefined ? {} : { process }),
});

describe("preflight of machines", () => {
  it("finds nothing wrong with a good one", () => {
    assert.deepEqual(problems({}), []);
  });

  it("names unsupported systems and processors", () => {
    const os = (id: string, version: string) => ({
      os: { id, version, codename: "", name: `${id} ${version}` },
    });
    only(os("fedora", "42"), /^error: fedora 42 is not supported/);
    only(os("ubuntu", "20.04"), /^error: ubuntu 20.04 is too old/);
    only(os("debian", ""), /too old/);
    assert.deepEqual(problems(os("debian", "13")), []);
    only({ kernel: { release: "6.8", architecture: "aarch64", flavour: "" } }, /x86_64 only/);
  });

  it("names kernels and firmware that keep a driver out, unless one is loaded already", () => {
    const oem = { kernel: { release: "6.11.0-1016-oem", architecture: "x86_64", flavour: "oem" } };
    only(oem, /^error: It runs the oem kernel 6.11.0-1016-oem/);
    only({ secureBoot: true }, /^error: Secure Boot is on/);
    const nvidia = { loaded: "580.95.05", flavour: "open" as const, packages: [], nouveau: false };
    assert.deepEqual(problems({ ...oem, secureBoot: true, nvidia }), []);
    assert.deepEqual(problems({ ...oem, secureBoot: true }, { gpu: false }), []);
  });

  it("names control groups, clock and containers that no node can run with", () => {
    only({ cgroup: "v1" }, /^warning: It uses control groups of version 1/);
    only({ clock: { synchronized: false, aheadSeconds: -61.4 } }, /^error: Its clock is 61 s behind/);
    assert.deepEqual(problems({ clock: { synchronized: false, aheadSeconds: 60 } }), []);
    only({ virtualization: "docker" }, /^error: It is a docker container/);
    only({ virtualization: "lxc" }, /^warning: It is an LXC container/);
    assert.deepEqual(problems({ virtualization: "kvm" }), []);
  });

  it("tells of a restart that is due", () => {
    only(
      { reboot: { pending: true, packages: ["linux-image-6.8.0-61"] } },
      /^warning: A restart is due \(linux-image-6/,
    );
    only({ reboot: { pending: true, packages: [] } }, /^warning: A restart is due\.$/);
  });

  it("names who holds the site's ports, all of them at once", () => {
    only(
      { listeners: [listener(80, "apache2"), listener(443, "apache2")] },
      /^error: apache2 holds ports 80, 443/,
    );
    only({ listeners: [listener(10250)] }, /an unknown program holds port 10250/);
    assert.deepEqual(
      problems({ listeners: [listener(443, "stunnel", "127.0.0.1"), listener(8080, "app")] }),
      [],
    );
    assert.deepEqual(problems({ listeners: [listener(443, "proxy")] }, {}, { sharedPorts: [443] }), []);
    assert.deepEqual(problems({ listeners: [listener(6443, "k3s")] }, { role: "agent" }), []);
  });

  it("knows a cluster of its own from somebody else's, and Traefik in it", () => {
    const listeners = [listener(6443, "k3s-server"), listener(80, "nginx")];
    const k3s = {
      version: "v1.34.3+k3s1",
      role: "server" as const,
      active: true,
      ours: true,
      data: true,
      traefik: false,
    };
    assert.deepEqual(problems({ k3s, listeners }), []);
    only(
      { k3s: { ...k3s, ours: false, traefik: true } },
      /^error: K3s v1.34.3\+k3s1 is there already.*Traefik holds ports 80 and 443/,
    );
  });

  it("takes a program without unit and data for no cluster: an installation may have been cut off there", () => {
    const k3s = { version: "v1.34.3+k3s1", active: false, ours: false, data: false, traefik: false };
    assert.deepEqual(problems({ k3s }), []);
    only({ k3s: { ...k3s, data: true } }, /^error: K3s v1.34.3\+k3s1 is there already/);
    only({ k3s: { ...k3s, role: "agent" } }, /^error: K3s v1.34.3\+k3s1 is there already/);
  });

  it("refuses a machine of another site, whatever is on it, and adopts one that says nothing", () => {
    const k3s = { active: false, ours: true, data: false, traefik: false };
    const other = { k3s: { ...k3s, site: "attic" } };
    only(other, /^error: It is a machine of the site attic, not of garage\./, {}, { site: "garage" });
    assert.deepEqual(problems(other, {}, { site: "attic" }), []);
    assert.deepEqual(problems(other), []);
    assert.deepEqual(problems({ k3s: { ...k3s, version: "v1.34.3+k3s1" } }, {}, { site: "garage" }), []);
  });

  it("names firewalls that ours cannot open, unless they are somebody else's business", () => {
    const firewalld = { firewall: { kind: "firewalld" as const, refuses: true } };
    only(firewalld, /^error: A firewall of its own \(firewalld\)/);
    assert.deepEqual(problems(firewalld, {}, { firewall: false }), []);
    assert.deepEqual(problems({ firewall: { kind: "ufw", refuses: true } }), []);
    assert.deepEqual(problems({ firewall: { kind: "nftables", refuses: false } }), []);
  });

  it("tells of Docker and of a toolkit that only Docker knows", () => {
    only(
      { docker: { active: true, containers: ["web nginx"], nvidiaRuntime: false } },
      /^warning: Docker runs 1 container there \(web nginx\)/,
    );
    const toolkit = { version: "1.17.8", containerd: [], cdi: [] };
    const docker = { active: true, containers: [], nvidiaRuntime: true };
    only({ docker, toolkit }, /^warning: NVIDIA's container toolkit is set up for Docker only/);
    assert.deepEqual(
      problems({ docker, toolkit: { ...toolkit, containerd: ["/etc/containerd/config.toml"] } }),
      [],
    );
  });

  it("refuses a desktop on the GPU and warns of one beside it", () => {
    const card = {
      slot: "01:00.0",
      deviceClass: "0300",
      vendor: "10de",
      device: "2b85",
      name: "",
      bootDisplay: true,
    };
    only({ desktop: "Xorg", pci: [card] }, /^error: A desktop \(Xorg\) runs on the GPU/);
    const onboard = { ...card, vendor: "1002", device: "164e" };
    only({ desktop: "Xorg", pci: [{ ...card, bootDisplay: false }, onboard] }, /^warning: A desktop/);
    assert.deepEqual(problems({ desktop: "Xorg", pci: [card] }, { gpu: false }), []);
  });

  it("has one size that works, one that is recommended, and one that passes the audit", () => {
    const small = (threads: number, gib: number) => ({
      cpu: { ...goodFacts.cpu, threads },
      memoryBytes: gib * GIB,
    });
    only(
      small(1, 1),
      /^error: It is too small for a machine that is the whole site: 1 CPU threads instead of 2, 1.0 GiB/,
    );
    only(small(4, 15.5), /^warning: It is smaller than Akash recommends.*: 4 CPU threads instead of 8\.$/);
    assert.deepEqual(problems(small(2, 4), { role: "server" }), []);
    only(small(2, 4), /^warning.*an agent: 2 CPU threads instead of 4, 4.0 GiB of memory instead of 8/, {
      role: "agent",
    });
    const full = { space: [{ mount: "/", bytes: 1e12, free: 5e9 }] };
    only(full, /^error: Only 5.0 GB are free on \//);
    only({ ...full, k3s: { ...goodFacts.k3s, ours: true } }, /^warning: Only 5.0 GB are free on \//);
    only(
      {},
      /^error: The machines that run leases are too small together.*32 CPU threads instead of 64\.$/,
      {},
      { audit: true },
    );
    const two = [machineWith({ bootId: "a", hostname: "a" }), machineWith({ bootId: "b", hostname: "b" })];
    assert.deepEqual(preflightHosts(two, { audit: true }), []);
  });

  it("does not count machines that run no leases towards the audit", () => {
    const two = [
      machineWith({ bootId: "a", hostname: "a" }),
      machineWith({ bootId: "b", hostname: "b" }, { role: "server" }),
    ];
    assert.equal(preflightHosts(two, { audit: true }).length, 1);
  });

  it("finds one machine named twice, and two of the same name", () => {
    const twice = preflightHosts([machineWith(), machineWith({}, { name: "root@10.0.0.1" })]);
    assert.deepEqual(
      twice.map(({ problem }) => problem),
      ["root@203.0.113.10 and root@10.0.0.1 are the same machine."],
    );
    const namesakes = preflightHosts([
      machineWith(),
      machineWith({ bootId: "other" }, { name: "root@10.0.0.1" }),
    ]);
    assert.match(namesakes[0]?.problem ?? "", /both call themselves gpu-1/);
  });

  it("says all that is wrong at once, errors first, each with its machine and remedy", () => {
    const found = preflightHosts([
      machineWith({
        virtualization: "lxc",
        kernel: { ...goodFacts.kernel, flavour: "oem" },
        secureBoot: true,
        listeners: [listener(80, "caddy")],
      }),
    ]);
    assert.deepEqual(
      found.map(({ severity }) => severity),
      ["error", "error", "error", "warning"],
    );
    assert.ok(found.every(({ remedy }) => remedy !== ""));
    const { message } = new HostsUnfit(found);
    assert.equal(message.match(/root@203\.0\.113\.10: /g)?.length, 4);
    assert.equal(describeProblem({ severity: "error", problem: "a", remedy: "b" }), "- a b");
  });
});
