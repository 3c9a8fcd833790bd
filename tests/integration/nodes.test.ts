import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { openChain } from "../../components/chain/index.ts";
import type { EmbeddedServices } from "../../embedded/index.ts";
import { needsHosts, type TestHost } from "../support/hosts/index.ts";
import { transactionsOf } from "../support/transactions.ts";
import { eventually } from "./akashFixtures.ts";
import { type Entry, HELD, holdAt, NodesSite, SITE } from "./nodesSupport.ts";

const OLD = "v1.33.7+k3s1";
const NEW = "v1.34.3+k3s1";

/**
 * Bare machines become a site, and the site's life goes on: machines come, go and fail, runs are cut off. Each test
 * goes on where the one before it ended. What is done on a machine is counted there.
 */
describe("a site from bare machines", function () {
  this.timeout(1_200_000);
  let site: NodesSite;
  let services: EmbeddedServices;

  before(async function () {
    await needsHosts(this);
    site = await NodesSite.start({ count: 4 });
  });

  after(async () => {
    await site?.stop();
  });

  const entries = (...numbers: number[]) => numbers.map((number) => site.entry(number - 1));
  const declare = (nodes: readonly Entry[], version = OLD) => site.declare(nodes, { k3s: { version } });
  const host = (number: number): TestHost => site.host(number - 1);
  const effects = (number: number) => site.effects(number - 1);
  const starts = async (...numbers: number[]) =>
    (await Promise.all(numbers.map(effects))).map((each) => each.starts);
  const sent = async () =>
    (await transactionsOf(services.chain, services.wallet.address)).map(({ messages }) =>
      messages.map((type) => type.split(".").at(-1)).sort(),
    );
  const there = async (number: number, path: string): Promise<true | undefined> =>
    (await host(number).exec(`test -e ${path}`, { check: false })).code === 0 ? true : undefined;
  /** Names of etcd's members, as one of them lists them. */
  const members = async (number: number): Promise<string[]> => {
    const tls = "/var/lib/rancher/k3s/server/tls";
    const { stdout } = await host(number).exec(
      `curl -sS --cacert ${tls}/server-ca.crt --cert ${tls}/etcd/server-client.crt --key ${tls}/etcd/server-client.key -d '{}' https://127.0.0.1:2379/v3/cluster/member/list`,
    );
    const listed = JSON.parse(stdout) as { members: { name: string }[] };
    return listed.members.map(({ name }) => name.replace(/-[0-9a-f]{8}$/, "")).sort();
  };

  it("is made of one machine, up to its record on the chain, by one command", async () => {
    declare(entries(1));
    const changes = await site.up();
    assert.deepEqual(Object.keys(changes), ["create"]);
    services = JSON.parse(await site.checkout.read(".embedded/services.json"));
    assert.deepEqual(await site.nodes(), { "host-1": `server ${OLD} ready` });
    const provider = await (await openChain(services.chain)).provider(services.wallet.address);
    assert.equal(provider?.hostUri, "https://provider.garage.akash.test:8443");
    assert.deepEqual(await sent(), [["MsgCreateCertificate", "MsgCreateProvider"]]);
    const statefulSet = "/apis/apps/v1/namespaces/akash-services/statefulsets/akash-provider";
    const running = await (await site.cluster()).get<{ status: { readyReplicas: number } }>(statefulSet);
    assert.equal(running?.status.readyReplicas, 1);
    assert.deepEqual(await effects(1), { commands: ["before", "after"], starts: 1, installations: 2 });
  });

  it("takes three machines in although the run is killed between two steps and then loses a machine in mid-step", async () => {
    declare(entries(1, 2, 3, 4));
    const killed = site.marked("up", "--yes", "--json");
    // The second server joins: commands and preparation of all machines are done by then, others are not begun.
    await killed.until("a second server", () => there(2, "/etc/systemd/system/k3s.service"));
    await killed.kill();

    // The third server's set-up is held where its files are there and its service is not started yet.
    const release = await holdAt(host(3), "systemctl", "daemon-reload");
    const cut = site.marked("up", "--yes", "--json");
    await cut.until("a third server's set-up", () => there(3, HELD));
    await host(3).exec("pkill -KILL -f '^sshd: root@notty'");
    const { code, stderr } = await cut.ended;
    assert.notEqual(code, 0);
    assert.match(stderr, /The connection to .* broke off .* Run the same command again/);
    await release();
    await site.up();

    const server = `server ${OLD} ready`;
    assert.deepEqual(await site.nodes(), {
      "host-1": server,
      "host-2": server,
      "host-3": server,
      "host-4": `agent ${OLD} ready`,
    });
    assert.deepEqual(await members(2), ["host-1", "host-2", "host-3"]);
    for (const number of [1, 2, 3, 4]) {
      assert.deepEqual((await effects(number)).commands, ["before", "after"], `host-${number}`);
    }
    // The first one stopped for the snapshot of SQLite, and again when its data moved to etcd.
    assert.deepEqual(await starts(1, 2, 3, 4), [3, 1, 1, 1]);
    assert.equal((await sent()).length, 1);
    assert.deepEqual(await site.drift(), []);
  });

  it("is upgraded machine by machine, servers first, and none of its objects is replaced", async () => {
    declare(entries(1, 2, 3, 4), NEW);
    const changes = await site.up();
    assert.deepEqual([changes["replace"], changes["delete"]], [undefined, undefined]);
    const server = `server ${NEW} ready`;
    assert.deepEqual(await site.nodes(), {
      "host-1": server,
      "host-2": server,
      "host-3": server,
      "host-4": `agent ${NEW} ready`,
    });
    assert.deepEqual(await starts(1, 2, 3, 4), [4, 2, 2, 2]);
    const times = await Promise.all([1, 2, 3, 4].map(lastStart));
    assert.deepEqual([...times].sort(), times, "one after the other, servers first");
    assert.equal((await sent()).length, 1);
  });

  /** When K3s last started there. */
  async function lastStart(number: number): Promise<string> {
    const { stdout } = await host(number).exec(
      `journalctl -o cat -u 'k3s*' --no-pager | grep 'msg="Starting k3s' | tail -n 1`,
    );
    return /time="([^"]+)"/.exec(stdout)?.[1] ?? "";
  }

  it("names a machine that is off, keeps the rest of the site, and has it back when it boots", async () => {
    await host(4).powerOff();
    const found = await site.drift();
    assert.deepEqual(
      found.filter((each) => !each.endsWith(" ready")),
      ["garage-nodes-k3s-host-4 service"],
    );
    const { code, stdout, stderr } = await site.run("up", "--yes", "--json");
    assert.equal(code, 0, stderr);
    assert.match(stderr, /host-4 is left as it is: .*can't be reached over SSH/);
    const { changes } = JSON.parse(stdout);
    assert.deepEqual([changes.replace, changes.delete], [undefined, undefined]);
    assert.deepEqual(await starts(1, 2, 3), [4, 2, 2]);
    await host(4).boot();
    await eventually(async () => assert.match((await site.nodes())["host-4"] ?? "", / ready$/), 240);
    await site.up();
    assert.deepEqual(await site.drift(), []);
  });

  it("lets an agent go without a trace on it and without touching the others", async () => {
    declare(entries(1, 2, 3), NEW);
    await site.up();
    assert.deepEqual(Object.keys(await site.nodes()), ["host-1", "host-2", "host-3"]);
    const left = await host(4).exec(
      "ls -d /var/lib/rancher /etc/rancher /usr/local/bin/k3s /etc/systemd/system/k3s* /etc/pulumi-akash 2>/dev/null; pgrep -fa '[k]3s-stand-in'",
      { check: false },
    );
    assert.equal(left.stdout, "");
    assert.deepEqual(await starts(1, 2, 3), [4, 2, 2]);
  });

  it("takes a fresh machine in for a server that lost its power and its disk", async () => {
    await host(3).powerOff();
    await host(3).replace();
    await host(3).boot();
    declare(entries(1, 2, 3), NEW);
    await site.up();
    const server = `server ${NEW} ready`;
    assert.deepEqual(await site.nodes(), { "host-1": server, "host-2": server, "host-3": server });
    assert.deepEqual(await members(1), ["host-1", "host-2", "host-3"]);
    assert.deepEqual((await effects(3)).commands, ["before", "after"]);
    assert.deepEqual(await starts(1, 2, 3), [4, 2, 1]);
    // What the cluster remembered of the old one is saved before it is forgotten.
    const saved = readdirSync(join(String(site.env["PULUMI_AKASH_STATE"]), SITE, "snapshots"));
    assert.equal(saved.filter((name) => name.endsWith("-before-replacement.cms")).length, 1, String(saved));
  });

  it("names a setting that was edited and a service that was stopped, repairs them and then has nothing to do", async () => {
    await host(1).exec(
      "sed -i 's/^secrets-encryption: true/secrets-encryption: false/' /etc/rancher/k3s/config.yaml",
    );
    await host(2).exec("systemctl stop k3s");
    const found = await site.drift();
    assert.deepEqual(
      found.filter((each) => !each.endsWith(" ready")),
      ['garage-nodes-k3s-host-1 config["secrets-encryption"]', "garage-nodes-k3s-host-2 service"],
    );
    await site.up();
    assert.deepEqual(await site.drift(), []);
    assert.deepEqual(await starts(1, 2, 3), [5, 3, 1]);
    assert.deepEqual(Object.keys(await site.up()), ["same"]);
    assert.deepEqual(await starts(1, 2, 3), [5, 3, 1]);
    for (const number of [1, 2, 3]) {
      assert.deepEqual((await effects(number)).commands, ["before", "after"], `host-${number}`);
    }
  });

  it("previews a changed line as the steps that will run, on no other machine", async () => {
    const [first, second, third] = entries(1, 2, 3);
    declare([first ?? {}, { ...second, labels: { tier: "gold" } }, third ?? {}], NEW);
    const { code, stdout, stderr } = await site.run("preview");
    assert.equal(code, 0, stderr);
    const words = /On the machines:[\s\S]*No other machine is touched\./.exec(stdout + stderr)?.[0] ?? "";
    assert.deepEqual(
      words.split("\n").map((line) => line.trim()),
      [
        "On the machines:",
        `host-2 (${host(2).address})`,
        "- set the label tier=gold",
        "No other machine is touched.",
      ],
    );
  });
});
