import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "mocha";
import { commonModels } from "../../components/gpu/commonModels.ts";
import { disconnectAll, onHost, unknownHostKeys } from "../../components/hosts/connect.ts";
import {
  HostAuthRefused,
  HostDisconnected,
  HostKeyChanged,
  HostUnreachable,
  SudoRefused,
} from "../../components/hosts/errors.ts";
import { readHostFacts } from "../../components/hosts/facts/facts.ts";
import { pinHostKeys } from "../../components/hosts/hostKeys.ts";
import { HostsUnfit } from "../../components/hosts/preflight/preflight.ts";
import { preparationOf } from "../../components/hosts/preparation/defaults.ts";
import { readPreparation } from "../../components/hosts/preparation/steps.ts";
import { hostScript } from "../../components/hosts/script.ts";
import type { HostAddress } from "../../components/hosts/types.ts";
import { observeNodes } from "../../components/nodes/observe.ts";
import {
  type Lab,
  needsHosts,
  type PciDevice,
  rootOf,
  startLab,
  type TestHost,
} from "../support/hosts/index.ts";
import { declarationOf, declaredNode } from "../unit/nodes/machine.ts";

const variable = "TEST_OPERATOR_PASSWORD";

/** How it is reached as a user who needs a password, for SSH and for `sudo`. */
function operatorOf({ address, hostKey }: TestHost): HostAddress {
  return { host: address, user: "operator", passwordEnv: variable, hostKey };
}

describe("machines over SSH", function () {
  this.timeout(300_000);
  let lab: Lab;
  let first: TestHost;
  let second: TestHost;
  let folder: string;

  before(async function () {
    await needsHosts(this);
    folder = mkdtempSync(join(tmpdir(), "pulumi-akash-hosts-"));
    process.env["PULUMI_AKASH_STATE"] = folder;
    const [rtx5090, rtx4090] = ["2b85", "2684"].map((device) => ({
      vendor: "10de",
      device,
      class: "030000",
    })) as [PciDevice, PciDevice];
    lab = await startLab({
      count: 4,
      extraAddresses: 4,
      hosts: {
        1: { extraAddresses: 4, pci: [rtx5090] },
        2: { extraAddresses: 4, pci: [rtx5090, rtx4090] },
      },
    });
    [first, second] = lab.hosts as [TestHost, TestHost];
    process.env[variable] = first.operator.password;
  });

  afterEach(() => disconnectAll());

  after(async () => {
    delete process.env[variable];
    delete process.env["PULUMI_AKASH_STATE"];
    await lab?.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  const nameOn = (address: HostAddress) => onHost(address, (host) => host.read("/etc/hostname"));

  it("open by key, by password with sudo, and through another machine", async () => {
    assert.equal((await nameOn(rootOf(first)))?.trim(), first.name);
    assert.equal((await nameOn(operatorOf(first)))?.trim(), first.name);
    const through = { ...operatorOf(second), bastion: rootOf(first) };
    assert.equal((await nameOn(through))?.trim(), second.name);
  });

  it("take files as root, whole, with their mode, and read them back", async () => {
    const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 256));
    const path = "/etc/pulumi-akash-test/deep/file";
    await onHost(operatorOf(first), (host) => host.write(path, content, 0o600));
    const { stdout } = await first.exec(
      `sha256sum <${path}; stat -c '%a %U' ${path}; ls -A $(dirname ${path})`,
    );
    const sum = createHash("sha256").update(content).digest("hex");
    assert.deepEqual(stdout.trim().split("\n"), [`${sum}  -`, "600 root", "file"]);
    await onHost(rootOf(first), (host) => host.write(path, "größer\n", 0o644));
    assert.equal(await onHost(rootOf(first), (host) => host.read(path)), "größer\n");
    assert.equal(await onHost(rootOf(first), (host) => host.read(`${path}.none`)), undefined);
  });

  it("refuse a wrong password once, for the login and for sudo, and say so", async () => {
    process.env[variable] = "wrong";
    await assert.rejects(nameOn(operatorOf(first)), HostAuthRefused);
    const byKey = { ...operatorOf(first), keyFile: first.sshKeyFile };
    const attempts = async () =>
      Number(
        (await first.exec("journalctl -q _COMM=sudo | grep -c 'authentication failure' || true")).stdout,
      );
    const before = await attempts();
    await assert.rejects(
      nameOn(byKey),
      (error: Error) => error instanceof SudoRefused && !error.message.includes("wrong"),
    );
    assert.equal((await attempts()) - before, 1);
    const { passwordEnv: _none, ...nothing } = byKey;
    await assert.rejects(nameOn(nothing), /sudo asks for a password and none is known/);
    process.env[variable] = first.operator.password;
  });

  it("are pinned once a person agreed, and stop when another machine answers", async () => {
    const { hostKey: _declared, ...address } = rootOf(second);
    const unknown = await unknownHostKeys([address, { ...address, user: "operator" }]);
    assert.deepEqual(
      unknown.map(({ fingerprint }) => fingerprint),
      [second.hostKey],
    );
    await pinHostKeys(unknown);
    assert.equal((await nameOn(address))?.trim(), second.name);
    await assert.rejects(nameOn({ ...address, hostKey: first.hostKey }), HostKeyChanged);
  });

  it("say that they are away", async () => {
    await assert.rejects(nameOn({ ...rootOf(first), port: 2 }), HostUnreachable);
  });

  it("tell what they have, in one exchange each", async () => {
    const [facts, gpu] = await Promise.all([readHostFacts(rootOf(first)), readHostFacts(operatorOf(second))]);
    assert.equal(facts.hostname, first.name);
    assert.equal(facts.os.id, "debian");
    assert.equal(facts.virtualization, "systemd-nspawn");
    assert.deepEqual(facts.addresses, first.addresses);
    assert.deepEqual(
      facts.listeners.filter(({ port }) => port === 22).map(({ process }) => process),
      ["sshd", "sshd"],
    );
    assert.deepEqual(facts.pci, []);
    assert.deepEqual(
      gpu.pci.map(({ vendor, device, deviceClass }) => [vendor, device, deviceClass]),
      [["10de", "2b85", "0300"]],
    );
    assert.notEqual(facts.bootId, gpu.bootId);
  });

  it("answer twenty at once: five addresses on each of four machines", async () => {
    const all = lab.hosts.flatMap((host) =>
      host.addresses.map((host_) => ({ ...rootOf(host), host: host_ })),
    );
    assert.equal(all.length, 20);
    await Promise.all(all.map(nameOn));
    const started = Date.now();
    const facts = await Promise.all(all.map(readHostFacts));
    console.log(`      facts of ${facts.length} addresses: ${((Date.now() - started) / 1000).toFixed(1)} s`);
    const wanted = preparationOf();
    const again = Date.now();
    await Promise.all(all.map((address) => onHost(address, (host) => readPreparation(host, wanted))));
    console.log(`      preparation of ${all.length}: ${((Date.now() - again) / 1000).toFixed(1)} s`);
    assert.deepEqual(
      new Set(facts.map(({ hostname }) => hostname)),
      new Set(lab.hosts.map(({ name }) => name)),
    );
  });

  it("are refused once, with all that is wrong with any of them, before anything is changed", async () => {
    const [, , mixed, free] = lab.hosts as [TestHost, TestHost, TestHost, TestHost];
    await free.exec("systemd-run --quiet --unit squatter --socket-property ListenStream=0.0.0.0:443 true");
    const away = { ...rootOf(first), port: 2 };
    const declaration = declarationOf(
      [
        declaredNode(away.host, { ...away, name: "away" }),
        declaredNode(free.address, { ...rootOf(free), name: "free" }),
        declaredNode(mixed.address, { ...rootOf(mixed), name: "mixed" }),
        declaredNode(second.address, {
          ...rootOf(second),
          name: "second",
          disks: [{ device: "/dev/none", kind: "auto" }],
        }),
      ],
      { driver: { by: "host", branch: 535 } },
    );
    await assert.rejects(observeNodes(declaration, { database: async () => commonModels }), (error) => {
      assert.ok(error instanceof HostsUnfit);
      assert.match(error.message, /^Nothing was changed\./);
      assert.match(error.message, /can't be reached over SSH/);
      assert.match(error.message, /mixed mixes rtx5090 32Gi.* and rtx4090 24Gi/);
      assert.match(error.message, /second: driver branch 535 does not fit its GPUs/);
      assert.match(error.message, /second: \/dev\/none is not there/);
      assert.match(error.message, /systemd holds port 443/);
      return true;
    });
    await free.exec("systemctl stop squatter.socket");
  });

  it("show no secret to whoever looks at their processes", async () => {
    const slow = hostScript("../tests/integration/hostsSlow.sh", { step: "slow work" });
    const token = "T0ken-that-nobody-sees";
    let begun: () => void = () => {};
    const started = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const running = onHost(operatorOf(second), (host) =>
      host.script(slow, {}, { secrets: { token }, progress: (line) => line === "begun" && begun() }),
    );
    await started;
    await second.exec("cat >/root/secrets", { input: `${token}\n${second.operator.password}\n` });
    const { stdout } = await second.exec(
      `cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' >/root/processes
       grep -cE 'bash|sudo|flock' /root/processes; grep -cF -f /root/secrets /root/processes || true`,
    );
    const [programs, found] = stdout.trim().split("\n").map(Number);
    assert.ok(programs !== undefined && programs > 0);
    assert.equal(found, 0);
    await running;
    const journal = await second.exec("journalctl -q | grep -cF -f /root/secrets || true; rm /root/secrets");
    assert.equal(journal.stdout, "0\n");
  });

  it("name the step that a cut connection interrupted; the next one goes on, after the first has ended", async () => {
    const slow = hostScript("../tests/integration/hostsSlow.sh", { step: "slow work" });
    const address = rootOf(first);
    let begun: () => void = () => {};
    const started = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const running = onHost(address, (host) =>
      host.script(slow, {}, { progress: (line) => line === "begun" && begun() }),
    );
    await started;
    const cut = assert.rejects(running, (error: Error) => {
      assert.ok(error instanceof HostDisconnected);
      assert.match(error.message, /busy with: slow work/);
      return true;
    });
    await first.exec("pkill -f '^sshd: root@notty'");
    await cut;
    await onHost(address, (host) => host.script(slow));
    assert.equal(
      await onHost(address, (host) => host.read("/run/slow-work")),
      "begun\nended\nbegun\nended\n",
    );
  });
});
