import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { disconnectAll, onHost } from "../../components/hosts/connect.ts";
import { HostUnreachable } from "../../components/hosts/errors.ts";
import { readHostFacts } from "../../components/hosts/facts/facts.ts";
import { type FirewallOptions, preparationOf } from "../../components/hosts/preparation/defaults.ts";
import { prepareHost, readPreparation, unprepareHost } from "../../components/hosts/preparation/steps.ts";
import type { HostAddress } from "../../components/hosts/types.ts";
import { type Lab, needsHosts, rootOf, startLab, type TestHost } from "../support/hosts/index.ts";

/** Debian's ufw, turned on by an operator who has rules of their own, over the iptables of the host's own network. */
describe("preparation of a machine with ufw", function () {
  this.timeout(300_000);
  let lab: Lab;
  let host: TestHost;
  let address: HostAddress;
  let folder: string;

  const operators = [
    "limit 22/tcp",
    "allow 443/tcp comment 'my proxy'",
    "allow from 192.0.2.0/24 to any port 9100 proto tcp",
  ];

  before(async function () {
    await needsHosts(this);
    folder = mkdtempSync(join(tmpdir(), "pulumi-akash-ufw-"));
    process.env["PULUMI_AKASH_STATE"] = folder;
    lab = await startLab();
    [host] = lab.hosts as [TestHost];
    address = rootOf(host);
    const rules = operators.map((rule) => `ufw ${rule}`).join("\n");
    // Every later call is counted. Modules are the business of the machine whose kernel the host shares.
    await host.exec(`export DEBIAN_FRONTEND=noninteractive
      apt-get install -q -y --no-install-recommends ufw >/dev/null
      ${rules}
      ufw --force enable
      printf '%s\\n' '#!/bin/sh' 'echo "$*" >>/root/ufw.log' 'exec /usr/sbin/ufw "$@"' >/usr/local/sbin/ufw
      chmod 755 /usr/local/sbin/ufw`);
  });

  after(async () => {
    disconnectAll();
    delete process.env["PULUMI_AKASH_STATE"];
    await lab?.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  const wantedOf = (firewall: FirewallOptions = {}) =>
    preparationOf({ firewall: { nodes: ["10.231.99.7"], ...firewall } });
  const prepare = async (firewall?: FirewallOptions) =>
    (await prepareHost(address, wantedOf(firewall))).map(({ id }) => id);
  const lines = async (command: string) =>
    (await host.exec(command)).stdout.split("\n").filter((line) => line !== "");
  const rulesOfUfw = async () =>
    (await lines("/usr/sbin/ufw show added"))
      .filter((line) => line.startsWith("ufw "))
      .map((line) => line.slice(4));
  /** Calls that changed something since the last time. */
  const changes = async () =>
    (await lines("cat /root/ufw.log && rm /root/ufw.log")).filter((call) => /^(allow|delete) /.test(call));

  it("adds what is missing to ufw, and leaves every rule of the operator's as it is", async () => {
    assert.deepEqual((await readHostFacts(address)).firewall, { kind: "ufw", refuses: true });
    assert.ok((await prepare()).includes("firewall"));
    const found = await rulesOfUfw();
    assert.deepEqual(
      found.filter((rule) => !rule.endsWith("comment 'pulumi-akash'")),
      operators,
    );
    assert.ok(found.includes("allow 8443/tcp comment 'pulumi-akash'"));
    assert.ok(
      found.includes("allow from 10.231.99.7 to any port 2379:2380 proto tcp comment 'pulumi-akash'"),
    );
    assert.ok((await lines("iptables -S ufw-user-input")).some((rule) => rule.includes("--dport 8443 ")));
    assert.deepEqual(await lines("nft list tables | grep pulumi_akash || true"), []);
  });

  it("then finds everything as declared, and does nothing", async () => {
    const wanted = wantedOf();
    assert.deepEqual(await onHost(address, (open) => readPreparation(open, wanted)), wanted);
    await changes();
    assert.deepEqual(await prepare(), []);
    assert.deepEqual(await changes(), []);
  });

  it("puts right what was changed by hand, and only that", async () => {
    await host.exec("/usr/sbin/ufw delete allow 8443/tcp; /usr/sbin/ufw allow 9999/tcp comment pulumi-akash");
    assert.deepEqual(await prepare(), ["firewall"]);
    assert.deepEqual(await changes(), [
      "allow 8443/tcp comment pulumi-akash",
      "delete allow 9999/tcp comment pulumi-akash",
    ]);
    assert.deepEqual(await prepare(), []);
  });

  it("lets the new ones in before it shuts out the old ones", async () => {
    await changes();
    assert.deepEqual(await prepare({ operators: [lab.subnet] }), ["firewall"]);
    assert.deepEqual(await changes(), [
      `allow from ${lab.subnet} to any port 22 proto tcp comment pulumi-akash`,
      `allow from ${lab.subnet} to any port 6443 proto tcp comment pulumi-akash`,
      "delete allow 6443/tcp comment pulumi-akash",
    ]);
    assert.deepEqual(await prepare({ operators: [lab.subnet] }), []);
    assert.equal(await timer(), "inactive");
  });

  const timer = async () =>
    (await lines("systemctl is-active pulumi-akash-firewall-undo.timer || true")).join();

  it("names a rule of the operator's that is in the way, and leaves it", async () => {
    await host.exec("/usr/sbin/ufw deny 8444/tcp");
    await assert.rejects(
      prepare({ operators: [lab.subnet] }),
      /ufw has the rule `deny 8444\/tcp`, and the site needs `allow 8444\/tcp`/,
    );
    await host.exec("/usr/sbin/ufw delete deny 8444/tcp");
    assert.deepEqual(await prepare({ operators: [lab.subnet] }), ["firewall"]);
  });

  it("takes back what has shut out whoever declared it", async () => {
    await host.exec("/usr/sbin/ufw delete limit 22/tcp");
    disconnectAll();
    await assert.rejects(prepare({ operators: ["192.0.2.0/24"] }), HostUnreachable);
    // What the timer does in its time.
    await host.exec("systemctl start pulumi-akash-firewall-undo.service");
    assert.deepEqual(await prepare({ operators: [lab.subnet] }), ["firewall"]);
    await host.exec("/usr/sbin/ufw limit 22/tcp");
  });

  it("takes back its own rules, and no other", async () => {
    await unprepareHost(address);
    assert.deepEqual((await rulesOfUfw()).sort(), [...operators].sort());
    disconnectAll();
    assert.equal((await onHost(address, (open) => open.read("/etc/hostname")))?.trim(), host.name);
  });
});
