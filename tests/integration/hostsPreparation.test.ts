import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { disconnectAll, onHost } from "../../components/hosts/connect.ts";
import { HostAuthRefused, HostDisconnected } from "../../components/hosts/errors.ts";
import { preparationOf } from "../../components/hosts/preparation/defaults.ts";
import { prepareHost, readPreparation, unprepareHost } from "../../components/hosts/preparation/steps.ts";
import { rebootHost } from "../../components/hosts/reboot.ts";
import { type Lab, needsHosts, rootOf, startLab, type TestHost } from "../support/hosts/index.ts";
import { openProgram, type TestProgram } from "../support/program.ts";

const variable = "TEST_SUDO_PASSWORD";

/** Whether something takes a connection to a port. */
function opens(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2_000 });
    const end = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
    socket.once("timeout", () => end(false));
  });
}

describe("preparation of machines", function () {
  this.timeout(600_000);
  let lab: Lab;
  let program: TestProgram;
  let host: TestHost;
  let other: TestHost;
  let folder: string;

  before(async function () {
    await needsHosts(this);
    folder = mkdtempSync(join(tmpdir(), "pulumi-akash-preparation-"));
    process.env["PULUMI_AKASH_STATE"] = folder;
    [lab, program] = await Promise.all([startLab({ count: 2 }), openProgram()]);
    [host, other] = lab.hosts as [TestHost, TestHost];
    process.env[variable] = host.operator.password;
    const address = { ...rootOf(host), user: "operator" };
    program.declare(`
import { HostPreparation } from "pulumi-akash/providers/hosts/index";
new HostPreparation("gpu-1", {
  address: ${JSON.stringify({ ...address, passwordEnv: variable })},
  options: { gpu: true, packages: ["jq"], journalLimit: "200M", firewall: { nodes: [${JSON.stringify(other.address)}] } },
});
`);
  });

  after(async () => {
    disconnectAll();
    delete process.env[variable];
    delete process.env["PULUMI_AKASH_STATE"];
    program?.remove();
    await lab?.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  const on = async (command: string) => (await host.exec(command)).stdout.trim();
  const up = ["up", "--yes", "--skip-preview", "--refresh", "--run-program"];
  const drift = ["preview", "--refresh", "--run-program", "--diff", "--expect-no-changes"];

  it("brings a fresh machine to what is declared", async () => {
    const output = await program.succeeds(...up);
    assert.match(output, /install jq, nftables, pciutils/);
    assert.equal(await on("cat /proc/sys/fs/inotify/max_user_instances"), "8192");
    assert.equal(await on("command -v jq nft lspci | wc -l"), "3");
    assert.match(await on("cat /etc/systemd/journald.conf.d/pulumi-akash.conf"), /SystemMaxUse=200M/);
    assert.match(await on("cat /etc/modprobe.d/pulumi-akash-nouveau.conf"), /blacklist nouveau/);
    assert.equal(await on("systemctl is-enabled chrony pulumi-akash-firewall"), "enabled\nenabled");
    assert.equal(await on("systemctl is-active pulumi-akash-firewall-undo.timer || true"), "inactive");
  });

  it("lets in what is declared and nothing else", async () => {
    for (const port of [443, 9999, 10250]) {
      await host.exec(
        `systemd-run --quiet --unit listen-${port} --socket-property ListenStream=0.0.0.0:${port} true`,
      );
    }
    assert.deepEqual(await Promise.all([22, 443, 9999, 10250].map((port) => opens(host.address, port))), [
      true,
      true,
      false,
      false,
    ]);
    const { stdout } = await other.exec(`for port in 10250 9999; do
      timeout 2 bash -c "</dev/tcp/${host.address}/$port" 2>/dev/null && echo open || echo closed; done`);
    assert.equal(stdout, "open\nclosed\n");
    await host.exec("systemctl stop listen-443.socket listen-9999.socket listen-10250.socket");
  });

  it("does nothing the second time", async () => {
    const services =
      "systemctl show -p InvocationID --value systemd-journald chrony; stat -c %Y /etc/sysctl.d/90-pulumi-akash.conf";
    const before = await on(services);
    const output = await program.succeeds(...up);
    assert.match(output, /Resources:\n\s+2 unchanged/);
    assert.equal(await on(services), before);
    await program.succeeds(...drift);
  });

  it("names what was changed by hand, by machine and field, and puts right just that", async () => {
    await host.exec(
      "echo 0 >/proc/sys/vm/overcommit_memory; nft add rule inet pulumi_akash input tcp dport 9999 accept",
    );
    const { code, output } = await program.pulumi(...drift);
    assert.notEqual(code, 0);
    assert.match(output, /vm\.overcommit_memory.*"0" => "1"/);
    assert.match(output, /state\s*: "edited" => "on"/);
    const journal = await on("systemctl show -p InvocationID --value systemd-journald");
    await program.succeeds(...up);
    assert.equal(await on("cat /proc/sys/vm/overcommit_memory"), "1");
    assert.doesNotMatch(await on("nft list table inet pulumi_akash"), /9999/);
    assert.equal(await on("systemctl show -p InvocationID --value systemd-journald"), journal);
    await program.succeeds(...drift);
  });

  it("is kept over a restart, which is waited for", async () => {
    const before = await on(
      "cat /proc/sys/kernel/random/boot_id; systemctl show -p UserspaceTimestampMonotonic --value",
    );
    await rebootHost(rootOf(host));
    assert.notEqual(
      await on("cat /proc/sys/kernel/random/boot_id; systemctl show -p UserspaceTimestampMonotonic --value"),
      before,
    );
    await program.succeeds(...drift);
  });

  it("does not stop a run when the machine is off", async () => {
    await host.powerOff();
    const { code, output } = await program.pulumi(...drift);
    assert.equal(code, 0, output);
    assert.match(output, /can't be reached over SSH/);
    await host.boot();
    disconnectAll();
  });

  it("takes back what it wrote, and leaves what others wrote", async () => {
    await host.exec("echo 'vm.swappiness = 5' >/etc/sysctl.d/50-own.conf");
    await program.succeeds("destroy", "--yes", "--skip-preview");
    assert.equal(await on("grep -rlI pulumi-akash /etc || true"), "");
    assert.equal(await on("nft list tables"), "");
    assert.equal(
      await on("command -v jq; ls /etc/sysctl.d/50-own.conf"),
      "/usr/bin/jq\n/etc/sysctl.d/50-own.conf",
    );
  });

  it("goes on after a connection that was cut in the middle of a step", async () => {
    const wanted = preparationOf({ packages: ["socat"], firewall: { nodes: [host.address] } });
    const address = rootOf(other);
    const cut = prepareHost(address, wanted, (words) => {
      if (words.startsWith("install")) void cutWhenBusy();
    });
    const cutWhenBusy = () =>
      other.exec(
        "for try in $(seq 200); do pgrep -x dpkg && break; sleep 0.05; done; pkill -f '^sshd: root@notty'",
        {
          check: false,
        },
      );
    await assert.rejects(cut, HostDisconnected);
    const steps = await prepareHost(address, wanted);
    assert.ok(steps.length > 0);
    assert.deepEqual(await onHost(address, (open) => readPreparation(open, wanted)), wanted);
    assert.deepEqual(await prepareHost(address, wanted), []);
  });

  it("lets SSH accept keys only, and keeps swap from coming back, where that is declared", async () => {
    const byPassword = {
      host: other.address,
      user: "operator",
      passwordEnv: variable,
      hostKey: other.hostKey,
    };
    assert.equal((await onHost(byPassword, (open) => open.read("/etc/hostname")))?.trim(), other.name);
    await other.exec("echo '/swap.img none swap sw 0 0' >>/etc/fstab");
    const wanted = preparationOf({
      packages: ["socat"],
      firewall: { nodes: [host.address] },
      hardenSsh: true,
    });
    const steps = await prepareHost(rootOf(other), wanted);
    assert.deepEqual(
      steps.map(({ words }) => words),
      ["turn swap off", "let SSH accept keys only"],
    );
    assert.match((await other.exec("cat /etc/fstab")).stdout, /^#pulumi-akash# \/swap.img none swap/m);
    disconnectAll();
    await assert.rejects(
      onHost(byPassword, (open) => open.read("/etc/hostname")),
      HostAuthRefused,
    );
    assert.deepEqual(await prepareHost(rootOf(other), wanted), []);
    await unprepareHost(rootOf(other));
    assert.match((await other.exec("cat /etc/fstab")).stdout, /^\/swap.img none swap/m);
    assert.equal((await onHost(byPassword, (open) => open.read("/etc/hostname")))?.trim(), other.name);
    await other.exec("sed -i /swap.img/d /etc/fstab");
    await prepareHost(
      rootOf(other),
      preparationOf({ packages: ["socat"], firewall: { nodes: [host.address] } }),
    );
  });

  it("takes back a firewall that nobody has come through", async () => {
    const address = rootOf(other);
    await other.exec("nft delete table inet pulumi_akash; systemctl disable --quiet pulumi-akash-firewall");
    // As if the run had ended after the rules were put in force and before they were kept.
    await other.exec(
      "systemd-run --quiet --unit pulumi-akash-firewall-undo --on-active 1 --timer-property AccuracySec=100ms /usr/sbin/nft delete table inet pulumi_akash; nft -f /etc/pulumi-akash/firewall.nft",
    );
    await other.exec(
      "for try in $(seq 100); do nft list table inet pulumi_akash >/dev/null 2>&1 || exit 0; sleep 0.1; done; exit 1",
    );
    const wanted = preparationOf({ packages: ["socat"], firewall: { nodes: [host.address] } });
    const found = await onHost(address, (open) => readPreparation(open, wanted));
    assert.equal(found.firewall.state, "off");
    assert.deepEqual(
      (await prepareHost(address, wanted)).map(({ id }) => id),
      ["firewall"],
    );
  });

  it("writes the first RAM disk anew after the power was cut while it was written", async () => {
    // Hosts share a kernel and have no such disk: this takes as long as the test wants.
    await other.exec(`cat >/usr/sbin/update-initramfs && chmod 755 /usr/sbin/update-initramfs`, {
      input: `#!/bin/sh
echo begun >>/root/ram-disk.log
while [ ! -e /root/may-end ]; do sleep 0.1; done
echo ended >>/root/ram-disk.log
`,
    });
    const address = rootOf(other);
    const firewall = { nodes: [host.address] };
    const wanted = preparationOf({ packages: ["socat"], gpu: true, firewall });
    const cut = assert.rejects(prepareHost(address, wanted), HostDisconnected);
    await other.exec(
      "for try in $(seq 1000); do [ -e /root/ram-disk.log ] && exit 0; sleep 0.1; done; exit 1",
    );
    await other.powerOff();
    await other.boot();
    await cut;
    await other.exec("touch /root/may-end");
    const ids = async (to: typeof wanted) => (await prepareHost(address, to)).map(({ id }) => id);
    assert.deepEqual(await ids(wanted), ["nouveau"]);
    assert.equal((await other.exec("cat /root/ram-disk.log")).stdout, "begun\nbegun\nended\n");
    assert.deepEqual(await ids(wanted), []);
    assert.deepEqual(await ids(preparationOf({ packages: ["socat"], firewall })), ["nouveau"]);
    assert.equal((await other.exec("ls /etc/pulumi-akash")).stdout, "firewall.live\nfirewall.nft\n");
  });
});
