import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { commonModels } from "../../components/gpu/commonModels.ts";
import { devicesOf } from "../../components/gpu/driverFacts.ts";
import { planDriver } from "../../components/gpu/driverPlan.ts";
import { expectedGpus } from "../../components/gpu/expected.ts";
import { driverFacts, installDriver } from "../../components/gpu/machine.ts";
import { disconnectAll } from "../../components/hosts/connect.ts";
import { HostDisconnected } from "../../components/hosts/errors.ts";
import type { HostAddress } from "../../components/hosts/types.ts";
import { runOperatorCommands } from "../../components/nodes/operatorCommands.ts";
import { chooseDisks } from "../../components/storage/disks.ts";
import { diskFacts } from "../../components/storage/machine.ts";
import { type Lab, needsHosts, rootOf, startLab, type TestHost } from "../support/hosts/index.ts";

/** Puts a program on the host that says what is given; a driver and a toolkit cannot be had there. */
const program = (path: string, text: string) =>
  `mkdir -p $(dirname ${path}) && printf '%s\\n' '#!/bin/sh' '${text}' >${path} && chmod 755 ${path}`;

describe("the GPU's and the disks' scripts on a real host", function () {
  this.timeout(300_000);
  let lab: Lab;
  let host: TestHost;
  let address: HostAddress;

  before(async function () {
    await needsHosts(this);
    const rtx5090 = { vendor: "10de", device: "2b85", class: "030000" };
    lab = await startLab({ pci: [rtx5090, { vendor: "10de", device: "22e8", class: "040300" }] });
    const [first] = lab.hosts;
    assert.ok(first !== undefined);
    host = first;
    address = rootOf(host);
  });

  after(async () => {
    disconnectAll();
    await lab?.stop();
  });

  it("see a card on the bus and no driver, and plan one", async () => {
    const facts = await driverFacts(address);
    assert.deepEqual(
      [facts.osId, facts.loaded, facts.installed, facts.toolkit, facts.k3sUnit, facts.cdi],
      ["debian", "", "", "", "", false],
    );
    const { expected } = expectedGpus(
      [{ node: "a", devices: devicesOf(facts), intent: "auto" }],
      commonModels,
    );
    assert.deepEqual(
      expected.map(({ model, count }) => [model, count]),
      [["rtx5090", 1]],
    );
    const plan = planDriver("a", { ...facts, osVersion: "12" });
    assert.equal(plan?.driverPackages.at(-1), "nvidia-driver-cuda");
  });

  it("see a toolkit, what it is set up for, and a Fabric Manager that is not there", async () => {
    await host.exec(program("/usr/bin/nvidia-container-runtime", "true"));
    await host.exec(`mkdir -p /etc/docker /etc/cdi && touch /etc/cdi/nvidia.yaml &&
      echo '{"runtimes":{"nvidia":{"path":"nvidia-container-runtime"}}}' >/etc/docker/daemon.json`);
    const facts = await driverFacts(address);
    assert.deepEqual(
      [facts.toolkit, facts.docker, facts.cdi, facts.fabricManager, facts.fabricManagerActive],
      ["present", true, true, "", false],
    );
  });

  it("install nothing that is there, and say why the machine would have to start anew", async () => {
    const nothing = { driverPackages: [], fabricManagerPackage: "", repositories: [] };
    const { reboot } = await installDriver(address, nothing);
    assert.equal(reboot, "the NVIDIA kernel module does not load yet");
    const { stdout } = await host.exec(
      "ls /etc/apt/sources.list.d; grep -c nvidia /var/log/dpkg.log || true",
    );
    assert.doesNotMatch(stdout, /nvidia/);
  });

  it("let a container have what it was allocated, whatever stands in the toolkit's configuration", async () => {
    const option = "accept-nvidia-visible-devices-envvar-when-unprivileged";
    const config = "/etc/nvidia-container-runtime/config.toml";
    const nothing = { driverPackages: [], fabricManagerPackage: "", repositories: [] };
    const rest = `disable-require = false\n\n[nvidia-container-cli]\n${option} = true\n`;
    const written = [undefined, `#${option} = true\n${rest}`, `  ${option}=true\n${rest}`];
    for (const text of written) {
      await host.exec(text === undefined ? `rm -f ${config}` : `cat >${config}`, { input: text ?? "" });
      assert.equal((await driverFacts(address)).allocatedOnly, false);
      await installDriver(address, nothing);
      assert.equal((await driverFacts(address)).allocatedOnly, true);
      const { stdout } = await host.exec(`cat ${config}`);
      assert.equal(
        stdout,
        `accept-nvidia-visible-devices-as-volume-mounts = true\n${option} = false\n${text === undefined ? "" : rest}`,
      );
      const inode = async () => (await host.exec(`stat -c %i ${config}`)).stdout;
      const before = await inode();
      await installDriver(address, nothing);
      assert.equal(await inode(), before);
    }
  });

  it("go on with an installation that the power cut off while a module was built, and hold what they installed", async () => {
    // The card's driver cannot be had there; what matters is that its package builds something for minutes.
    await host.exec(`mkdir -p /root/driver/DEBIAN && cd /root && cat >driver/DEBIAN/control <<'END'
Package: lab-driver
Version: 580.95.05-1
Architecture: all
Maintainer: Lab <lab@example.com>
Description: takes its time
END
cat >driver/DEBIAN/postinst <<'END'
#!/bin/sh
touch /root/building
while [ ! -e /root/may-end ]; do sleep 0.1; done
END
chmod 755 driver/DEBIAN/postinst
cd /var/lib/package-source && dpkg-deb --build /root/driver lab-driver.deb
{ dpkg-deb --field lab-driver.deb
  printf 'Filename: ./lab-driver.deb\nSize: %s\nSHA256: %s\n\n' "$(stat -c %s lab-driver.deb)" "$(sha256sum <lab-driver.deb | cut -d ' ' -f 1)"
} >>Packages`);
    const plan = { driverPackages: ["lab-driver"], fabricManagerPackage: "", repositories: [] };
    const cut = assert.rejects(installDriver(address, plan), HostDisconnected);
    await host.exec("for try in $(seq 1000); do [ -e /root/building ] && exit 0; sleep 0.1; done; exit 1");
    await host.powerOff();
    await host.boot();
    await cut;
    const state = async () =>
      (await host.exec("dpkg -l lab-driver | tail -n 1 | cut -c -2; apt-mark showhold")).stdout;
    assert.match(await state(), /^.F$/m);
    await host.exec("touch /root/may-end");
    // Its module may be there by then, so that the next run adopts the driver.
    await installDriver(address, { ...plan, driverPackages: [] });
    assert.equal(await state(), "hi\nlab-driver\n");
    await installDriver(address, plan);
    assert.equal(await state(), "hi\nlab-driver\n");
  });

  it("add no package source that apt has already, whoever wrote it there", async () => {
    const theirs = "deb [signed-by=/usr/share/keyrings/theirs.gpg] https://packages.test/deb/$(ARCH) /";
    await host.exec(`echo '${theirs}' >/etc/apt/sources.list.d/theirs.list`);
    const repository = {
      name: "ours",
      uri: "https://packages.test/deb/$(ARCH)",
      suite: "/",
      keyUrl: "https://packages.test/key",
      fingerprint: "0000",
    } as const;
    const nothing = { driverPackages: [], fabricManagerPackage: "" };
    await installDriver(address, { ...nothing, repositories: [repository] });
    const sources = await host.exec("cd /etc/apt/sources.list.d && ls && rm theirs.list");
    assert.equal(sources.stdout, "theirs.list\n");
    const other = { ...repository, uri: "https://packages.test/other" };
    await assert.rejects(
      installDriver(address, { ...nothing, repositories: [other] }),
      /The key of https:\/\/packages\.test\/other could not be fetched/,
    );
  });

  it("refuse a disk that is not there and one that is none, by name", async () => {
    await host.exec("truncate -s 1G /root/image");
    const devices = ["/dev/none", "/root/image"];
    const facts = await diskFacts(address, devices);
    const disks = devices.map((device) => ({ device }));
    assert.throws(
      () => chooseDisks([{ node: "a", disks, facts }]),
      /\/dev\/none is not there.*\n.*\/root\/image is not there/,
    );
  });

  it("run the operator's commands in order and name the one that fails", async () => {
    const commands = ["echo one >>/root/log", 'echo "two $(id -u)" >>/root/log'];
    await runOperatorCommands({ address, commands });
    assert.equal((await host.exec("cat /root/log")).stdout, "one\ntwo 0\n");
    await assert.rejects(
      runOperatorCommands({ address, commands: ["true", "exit 3", "echo three >>/root/log"] }),
      /This command of yours failed: exit 3/,
    );
    assert.equal((await host.exec("cat /root/log")).stdout, "one\ntwo 0\n");
  });
});
