import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { after, before, describe, it } from "mocha";
import ssh2 from "ssh2";
import { isAlive } from "../../embedded/processes.ts";
import { type Lab, needsHosts, startLab, type TestHost } from "../support/hosts/index.ts";
import { run } from "../support/hosts/run.ts";

interface Login {
  readonly username: string;
  readonly privateKey?: Buffer;
  readonly password?: string;
}

/** What a command says over a real SSH connection. */
function overSsh(host: TestHost, login: Login, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    // One attempt can fail more than once.
    client.on("error", reject);
    client.once("close", () => reject(new Error(`${host.name} closed the connection`)));
    client.once("ready", () => {
      client.exec(command, (error, stream) => {
        if (error) return reject(error);
        let said = "";
        stream.on("data", (chunk: Buffer) => (said += chunk));
        stream.once("close", () => {
          client.end();
          resolve(said.trim());
        });
      });
    });
    // A host that goes away says nothing more.
    const patience = { readyTimeout: 10_000, keepaliveInterval: 1_000, keepaliveCountMax: 10 };
    client.connect({ host: host.address, ...patience, ...login });
  });
}

const links = async () => (await run("ip", ["-brief", "link"])).stdout;

describe("test hosts", () => {
  let lab: Lab;
  let network: string;

  before(async function () {
    await needsHosts(this);
    lab = await startLab({
      count: 2,
      hosts: { 1: { extraAddresses: 2, pci: [{ vendor: "10de", device: "2b85", class: "030000" }] } },
    });
    network = dirname(lab.hosts[0]?.sshKeyFile ?? "");
  });

  after(async () => {
    await lab?.stop();
  });

  const host = (index: number) => {
    const found = lab.hosts[index];
    assert.ok(found);
    return found;
  };
  const withKey = (index: number, username = "root"): Login => ({
    username,
    privateKey: readFileSync(host(index).sshKeyFile),
  });

  it("boot to a running systemd without a failed unit", async () => {
    for (const { exec } of [host(0), host(1)].map((each) => ({ exec: each.exec.bind(each) }))) {
      const { stdout } = await exec("systemctl is-system-running --wait", { check: false });
      assert.equal(stdout.trim(), "running", (await exec("systemctl --failed", { check: false })).stdout);
    }
  });

  it("answer SSH with the key of both users and with the password of one", async () => {
    assert.equal(await overSsh(host(0), withKey(0), "hostname; id -un"), "host-1\nroot");
    assert.equal(await overSsh(host(0), withKey(0, "operator"), "id -un"), "operator");
    const { user, password } = host(0).operator;
    const command = `echo ${password} | sudo -S -p "" id -un`;
    assert.equal(await overSsh(host(0), { username: user, password }, command), "root");
  });

  it("reach each other at every address, and have a name of their own", async () => {
    assert.equal(host(1).addresses.length, 3);
    for (const address of host(1).addresses) await host(0).exec(`exec 3<>/dev/tcp/${address}/22`);
    assert.notEqual(
      (await host(0).exec("cat /etc/machine-id")).stdout,
      (await host(1).exec("cat /etc/machine-id")).stdout,
    );
  });

  it("show the key that a client is told to expect", async () => {
    const { stdout } = await host(0).exec("ssh-keygen -l -f /etc/ssh/ssh_host_ed25519_key.pub");
    assert.match(stdout, new RegExp(host(0).hostKey.replace(/[+/]/g, "\\$&")));
  });

  it("install packages without any way out", async () => {
    await host(0).exec(
      "apt-get update -q && apt-get install -q -y --no-install-recommends pciutils nftables",
    );
    await host(1).exec("apt-get install -q -y --no-install-recommends pciutils");
    await host(0).exec("nft add table inet lab && nft list tables | grep -q lab");
  });

  it("have the PCI devices they were given, and no others", async () => {
    assert.equal((await host(0).exec("lspci -n")).stdout, "");
    assert.match((await host(1).exec("lspci -nn -D")).stdout, /^0000:01:00\.0 VGA .*\[10de:2b85\]\n$/);
  });

  it("keep kernel settings to themselves", async () => {
    const file = "/proc/sys/fs/inotify/max_user_instances";
    const before = readFileSync(file, "utf8");
    await host(0).exec("sysctl -q -w fs.inotify.max_user_instances=8191");
    assert.equal((await host(0).exec(`cat ${file}`)).stdout, "8191\n");
    assert.equal(readFileSync(file, "utf8"), before);
    assert.equal((await host(1).exec(`cat ${file}`)).stdout, before);
  });

  it("come back from a reboot of their own and from a power cut, with their disk", async () => {
    const boot = async () => (await host(0).exec("cat /proc/sys/kernel/random/boot_id")).stdout;
    const first = await boot();
    await host(0).exec("touch /root/kept && systemctl reboot", { check: false });
    await reconnects(() => overSsh(host(0), withKey(0), "cat /proc/sys/kernel/random/boot_id"), first.trim());
    await host(0).powerOff();
    await assert.rejects(overSsh(host(0), withKey(0), "true"));
    await host(0).boot();
    await host(0).exec("test -e /root/kept");
  });

  it("can be another machine at the same address", async () => {
    const { hostKey } = host(0);
    await host(0).replace();
    await host(0).boot();
    assert.notEqual(host(0).hostKey, hostKey);
    assert.equal((await host(0).exec("test -e /root/kept", { check: false })).code, 1);
  });

  it("leave nothing when the process that started them is killed, once somebody starts others", async () => {
    const script = `
      import { startLab } from ${JSON.stringify(join(import.meta.dirname, "..", "support", "hosts", "index.ts"))};
      const lab = await startLab();
      process.stdout.write(lab.hosts[0].sshKeyFile + "\\n");
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [said] = (await once(child.stdout, "data")) as [Buffer];
    const folder = dirname(said.toString().trim());
    const owner = readFileSync(join(folder, "owner.json"), "utf8");
    const machine = JSON.parse(readFileSync(join(folder, "host-1", "process.json"), "utf8"));
    child.kill("SIGKILL");
    await once(child, "exit");
    const other = await startLab();
    try {
      assert.equal(isAlive(machine), false);
      // The network may be somebody else's by now.
      const now = existsSync(folder) ? readFileSync(join(folder, "owner.json"), "utf8") : undefined;
      assert.notEqual(now, owner);
      if (now === undefined) assert.doesNotMatch(await links(), new RegExp(`^${basename(folder)} `, "m"));
    } finally {
      await other.stop();
    }
  });

  it("leave nothing when they are stopped", async () => {
    const { name } = host(0);
    await lab.stop();
    assert.equal(existsSync(network), false);
    const label = basename(network);
    assert.doesNotMatch(await links(), new RegExp(`^${label} `, "m"));
    assert.doesNotMatch(readFileSync("/proc/self/mountinfo", "utf8"), new RegExp(label));
    const { stdout } = await run("ps", ["-eo", "args"]);
    assert.doesNotMatch(stdout, new RegExp(`--machine=${label}-${name}`));
    assert.equal(existsSync(`/sys/fs/cgroup/systemd/${label}-${name}`), false);
  });
});

async function reconnects(attempt: () => Promise<string>, before: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const said = await attempt().catch(() => before);
    if (said !== before && said !== "") return;
    if (Date.now() > deadline) throw new Error("The host did not come back within a minute.");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
