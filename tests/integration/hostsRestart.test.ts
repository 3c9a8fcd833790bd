import assert from "node:assert/strict";
import { existsSync, realpathSync, writeFileSync } from "node:fs";
import { createServer, connect as dial, type Server } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, it } from "mocha";
import { stringify } from "yaml";
import { disconnectAll } from "../../components/hosts/connect.ts";
import { clusterOf } from "../../components/k3s/clusterAccess.ts";
import { isReady, listNodes } from "../../components/k3s/nodeObject.ts";
import { KeyWallet } from "../../components/wallet/keyWallet.ts";
import { deriveKey, generateWords } from "../../components/wallet/mnemonic.ts";
import { cacheRootOf, ensureToolchain, loadPins, silentProgress } from "../../toolchain/index.ts";
import { Checkout } from "../support/checkout.ts";
import { type Lab, needsHosts, rootOf, startLab, type TestHost } from "../support/hosts/index.ts";
import { type K3sSource, openK3s } from "../support/k3s/index.ts";
import { installNvidia, nvidiaCharts, rtx5090 } from "../support/nvidia/index.ts";
import { type ScriptedChain, startScriptedChain } from "../support/scriptedChain/index.ts";

const SERVICE = "pulumi-akash-resume";
const HUSH = "a-secret-of-this-shell";

/**
 * Everything runs on the machine that becomes the site, as its owner would: the repository, Node and the toolchain's
 * programs are there, and the commands are the real ones with the real engine. Outside of it is only the chain. What
 * needs the restart is the GPU's driver (`tests/support/nvidia`): on disk is another one than is loaded.
 */
describe("`up` on a machine that it has to restart", function () {
  this.timeout(1_800_000);
  let checkout: Checkout;
  let k3s: K3sSource;
  let chain: ScriptedChain;
  let door: Server;
  let lab: Lab;
  let host: TestHost;
  let owner: string;

  before(async function () {
    await needsHosts(this);
    const words = generateWords();
    owner = new KeyWallet(await deriveKey(words)).address;
    [checkout, k3s, chain] = await Promise.all([
      Checkout.create(),
      openK3s(),
      startScriptedChain({ accounts: { [owner]: { uakt: 100_000_000 } } }),
    ]);
    lab = await startLab({
      pci: rtx5090,
      shares: {
        ...k3s.shares,
        ...(await engineShares()),
        "/opt/node": dirname(process.execPath),
        "/opt/k3s-mirror": k3s.mirror,
        "/opt/charts": nvidiaCharts,
      },
      writable: { "/root/site": checkout.folder },
    });
    host = lab.hosts[0] as TestHost;
    door = await openDoor(chain, lab.gateway);
    await host.exec("cat >/root/words && chmod 600 /root/words", { input: words });
    writeFileSync(join(checkout.folder, "Pulumi.garage.yaml"), declaration(door));
    await installNvidia(host, { driver: "580.95.05" }, "toolkit", { upgrade: "580.105.08" });
    await host.exec(CDI_REFRESH);
  });

  after(async () => {
    disconnectAll();
    await lab?.stop();
    door?.close();
    await chain?.stop();
    k3s?.remove();
    await checkout?.remove();
  });

  /** Runs one of the project's commands there. */
  const command = (args: string, env = "") =>
    host.exec(
      `cd /root/site && PATH=/opt/node:$PATH NO_COLOR=1 ${env} node commands/main.ts ${args} --stack garage`,
      { check: false },
    );
  /** The machine may be away. */
  const ask = (line: string) =>
    host.exec(line, { check: false }).then(
      ({ stdout }) => stdout.trim(),
      () => "",
    );
  const bootId = () => ask("cat /proc/sys/kernel/random/boot_id");
  /** Runs `up` as far as the restart that it asks for. */
  const upToRestart = async (reason: RegExp) => {
    const { code, stderr } = await command("up --yes", `HUSH=${HUSH}`);
    assert.equal(code, 1, stderr);
    assert.match(stderr, reason);
    assert.match(
      stderr,
      /It restarts in a minute; `shutdown -c` calls it off\. The run then goes on by itself/,
    );
    const unit = await ask(`cat /etc/systemd/system/${SERVICE}.service; shutdown --show 2>&1`);
    assert.match(unit, /^ExecStart="\S+\/node" "commands\/main\.ts" "up" "--stack" "garage" "--yes"$/m);
    assert.match(unit, /scheduled/);
    assert.ok(!unit.includes(HUSH));
  };
  /** Restarts the machine, since a minute to call it off is for people, and returns once it has come up anew. */
  const restartNow = async () => {
    const booted = await bootId();
    await host.exec(
      "shutdown -c; systemd-run --quiet --on-active 1s --timer-property AccuracySec=100ms systemctl reboot",
    );
    disconnectAll();
    for (let now = booted; now === booted || now === ""; now = await bootId()) await sleep(500);
  };
  /** What the run that goes on by itself has said, once it is over. */
  const wentOn = async () => {
    for (;;) {
      const said = await ask(`journalctl -q -o cat -u ${SERVICE} --no-pager`);
      if (/Deactivated successfully|Failed with result/.test(said)) return said;
      await sleep(1_000);
    }
  };
  const left = () =>
    ask(
      `find /etc/systemd /run/systemd /root/.local/state -name '*${SERVICE}*' -o -name restart.json; systemctl list-units --all --no-legend ${SERVICE}.service`,
    );
  const times = (said: string, what: RegExp) => said.match(new RegExp(what, "gm"))?.length ?? 0;
  const assertGoesOn = async () => {
    const said = await wentOn();
    assert.match(said, /^✓ garage is up \(\d+ s\)\.$/m, said);
    assert.equal(times(said, /^Started /), 1);
    assert.equal(await left(), "");
    // The boot has come to its end too.
    assert.equal(await ask("systemctl is-system-running --wait"), "running");
  };
  const drift = async () => {
    const { code, stdout, stderr } = await command("drift");
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /^No drift: /);
  };
  const types = () => chain.transactions.map(({ messages }) => messages.map(({ typeUrl }) => typeUrl).sort());

  it("ends before anything needs the driver, and has itself go on after the boot", async () => {
    await upToRestart(
      /This machine has to be restarted \(another version of the driver is loaded than is installed\)\./,
    );
    assert.equal(await ask("ls -d /usr/local/bin/k3s /etc/rancher"), "");
    assert.deepEqual(chain.transactions, []);
  });

  it("goes on by itself, once, up to the record on the chain, and leaves nothing behind", async () => {
    await restartNow();
    await assertGoesOn();
    assert.equal(await ask("cat /sys/module/nvidia/version"), "580.105.08");
    const cluster = await clusterOf(rootOf(host), `https://${host.address}:6443`);
    const nodes = await listNodes(cluster);
    assert.deepEqual(
      nodes.map((node) => [node.metadata.name, isReady(node)]),
      [["host-1", true]],
    );
    assert.equal(types().length, 1);
    const attributes = chain.provider(owner)?.attributes.map(({ key }) => key) ?? [];
    assert.ok(attributes.includes("capabilities/gpu/vendor/nvidia/model/rtx5090"), attributes.join());
    await drift();
  });

  it("restarts under its own cluster too, which comes up at the same time as the run that goes on", async () => {
    await installNvidia(host, { upgrade: "580.126.09" });
    await upToRestart(/another version of the driver is loaded/);
    await restartNow();
    await assertGoesOn();
    assert.equal(await ask("cat /sys/module/nvidia/version"), "580.126.09");
    assert.equal(types().length, 1);
  });

  it("starts nothing at the next boot", async () => {
    await restartNow();
    while (!/^(running|degraded)$/.test(await ask("systemctl is-system-running"))) await sleep(500);
    assert.equal(await ask(`journalctl -q -b -o cat -u ${SERVICE} --no-pager`), "");
    await drift();
  });

  it("says why where it cannot go on, and leaves nothing behind then either", async () => {
    await installNvidia(host, { upgrade: "580.142.11" });
    await upToRestart(/another version of the driver is loaded/);
    chain.faults.refuseConnections = true;
    await restartNow();
    const said = await wentOn();
    assert.match(said, /^error: .*scripted-1/m, said);
    assert.equal(await left(), "");
    chain.heal();
    const { code, stderr } = await command("up --yes");
    assert.equal(code, 0, stderr);
  });

  it("has nothing go on where a secret would be lost by the restart, and says what to do", async () => {
    await installNvidia(host, { upgrade: "580.159.03" });
    const passphrase = await ask("cat /root/.config/pulumi-akash/garage.passphrase");
    const { code, stderr } = await command("up --yes", `PULUMI_CONFIG_PASSPHRASE=${passphrase}`);
    assert.equal(code, 1, stderr);
    assert.match(
      stderr,
      /PULUMI_CONFIG_PASSPHRASE cannot be kept over a restart: set it afterwards\. Then run `up -s garage` again/,
    );
    assert.equal(await left(), "");
    await host.exec("shutdown -c");
  });
});

/** As NVIDIA's toolkit has it: its place is after the boot, and the set-up of a driver starts it and waits for it. */
const CDI_REFRESH = `cat >/etc/systemd/system/nvidia-cdi-refresh.service <<'END'
[Unit]
Description=Writes the CDI specification
After=multi-user.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'mkdir -p /var/run/cdi && nvidia-ctk cdi generate --output=/var/run/cdi/nvidia.yaml'
[Install]
WantedBy=multi-user.target
END
printf '[Path]\\nPathChanged=/lib/modules/%%v/modules.dep\\n[Install]\\nWantedBy=multi-user.target\\n' >/etc/systemd/system/nvidia-cdi-refresh.path
systemctl daemon-reload`;

/** The engine's programs, where the toolchain looks for them on the machine; those of a PATH are put on its PATH. */
async function engineShares(): Promise<Record<string, string>> {
  const toolchain = await ensureToolchain({ tools: ["engine"], progress: silentProgress });
  const tools = Object.entries(loadPins().binaries).filter(([, { group }]) => group === "engine");
  return Object.fromEntries(
    tools.map(([name]) => {
      const kept = join(cacheRootOf(), name);
      return existsSync(kept)
        ? [`/root/.cache/pulumi-akash/${name}`, kept]
        : [`/usr/local/bin/${name}`, realpathSync(toolchain.path(name))];
    }),
  );
}

/** Lets the machine reach the chain, which listens on this machine alone. */
async function openDoor({ network }: ScriptedChain, address: string): Promise<Server> {
  const port = Number(new URL(network.rpc[0] ?? "").port);
  const server = createServer((client) => {
    const onward = dial(port, "127.0.0.1");
    client.pipe(onward).pipe(client);
    client.on("error", () => onward.destroy());
    onward.on("error", () => client.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, resolve);
  });
  return server;
}

function declaration(door: Server): string {
  const { address, port } = door.address() as { address: string; port: number };
  const site = {
    name: "garage",
    domain: "garage.akash.test",
    network: { chainId: "scripted-1", rpc: [`http://${address}:${port}`], gasPrice: "0.0025uakt" },
    wallet: { mnemonicFile: "/root/words" },
    nodes: [{ host: "local" }],
    mirror: { k3s: "/opt/k3s-mirror", charts: "/opt/charts" },
    address: "203.0.113.10",
    dns: { provider: "manual" },
    contact: { email: "ops@akash.test" },
    tls: { issuer: "self-signed" },
    ingress: { mode: "classic", controller: "none" },
    attributes: { host: "akash", tier: "community", "location-region": "us-west" },
    pricing: { gpu: { rtx5090: 120 } },
    storage: {
      classes: [{ name: "beta3", provisioner: "rancher.io/local-path" }],
      providerVolume: { storageClass: "local-path" },
    },
  };
  return stringify({ config: { "akash:site": site } });
}
