import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "mocha";
import { stringify } from "yaml";
import { type Cluster, openCluster } from "../../components/cluster/index.ts";
import { parseSiteConfig } from "../../components/site/config.ts";
import { type DoctorOptions, runDoctor } from "../../doctor/doctor.ts";
import { openHistory } from "../../doctor/observe/history.ts";
import type { DoctorReport, SiteUnderCheck } from "../../doctor/types.ts";
import { startCluster, stopCluster } from "../../embedded/index.ts";
import { ensureToolchain } from "../../toolchain/index.ts";
import { Checkout } from "../support/checkout.ts";
import { ADDRESS, DOMAIN, siteDeclaration } from "../support/doctor/declaration.ts";
import { faults } from "../support/doctor/faults.ts";
import { makeServerKey, serverKeyOf, startTestGateway, type TestGateway } from "../support/doctor/gateway.ts";
import { startTestNames, type TestNames } from "../support/doctor/names.ts";
import { leaseLabels } from "../support/doctor/objects.ts";
import { type UndoableCluster, undoable } from "../support/doctor/undo.ts";
import { leaseOf, type World } from "../support/doctor/world.ts";
import { type ScriptedChain, startScriptedChain } from "../support/scriptedChain/index.ts";
import { eventually } from "./akashFixtures.ts";
import { makeFolder, makeWallet, removeFolder, type TestWallet } from "./chainSupport.ts";

/** A site as `up` makes it, on a real API server and a chain of the current generation. */
describe("the doctor at a site that `up` made", function () {
  this.timeout(600_000);
  let folder: string;
  let chain: ScriptedChain;
  let owner: TestWallet;
  let tenant: TestWallet;
  let checkout: Checkout;
  let cluster: Cluster;
  let sick: UndoableCluster;
  let gateway: TestGateway;
  let names: TestNames;
  let under: SiteUnderCheck;
  let options: DoctorOptions;

  before(async () => {
    const toolchain = await ensureToolchain({ tools: ["engine", "embedded"] });
    folder = makeFolder();
    owner = await makeWallet(join(folder, "owner"));
    tenant = await makeWallet(join(folder, "tenant"));
    chain = await startScriptedChain({ accounts: { [owner.address]: { uakt: 20_000_000n } } });
    const { kubeconfig } = await startCluster({ folder: join(folder, "cluster"), toolchain });
    cluster = await openCluster({ kubeconfigPath: kubeconfig });
    const declared = siteDeclaration({ network: chain.network, wallet: owner.source, kubeconfig });
    under = { name: "garage", site: parseSiteConfig(declared), embedded: false };
    checkout = await Checkout.create();
    await writeFile(
      join(checkout.folder, "Pulumi.garage.yaml"),
      stringify({ config: { "akash:site": declared } }),
    );
    await mkdir(join(folder, "state"));
    const up = await checkout.runWith(environment(), "up", "--yes", "--json", "-s", "garage");
    assert.equal(up.code, 0, up.stderr);
    await addLease();
    const pem = (await cluster.getSecret("akash-services", "akash-provider-certificate"))?.data;
    const key = await serverKeyOf(owner.wallet, Buffer.from(pem?.[`${owner.address}.pem`] ?? []).toString());
    const leases = await makeServerKey(owner.wallet, `*.ingress.${DOMAIN}`);
    gateway = await startTestGateway(key, leases.server);
    gateway.status = { address: owner.address };
    names = await startTestNames();
    names.records.set(`provider.${DOMAIN}`, ADDRESS).set(`*.ingress.${DOMAIN}`, ADDRESS);
    options = {
      reach: { resolver: names.address, address: "127.0.0.1", ports: gateway.ports },
      hosts: [],
      history: openHistory(join(folder, "readings.json")),
    };
    sick = undoable(cluster);
    await eventually(async () => assert.deepEqual(failedIn(await runDoctor(under, options)), []), 120);
  });
  afterEach(async () => {
    await sick?.undo();
  });
  after(async () => {
    await stopCluster(join(folder, "cluster"));
    await Promise.all([chain?.stop(), gateway?.stop(), names?.stop(), checkout?.remove()]);
    removeFolder(folder);
  });

  const environment = () => ({
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_AKASH_STATE: join(folder, "signing"),
  });

  /** A running lease and an ingress controller's Service, which this site would get from others. */
  async function addLease(): Promise<void> {
    chain.edit(({ market }) => {
      market.leases.push(leaseOf(owner.address, tenant.address, "100", 1));
    });
    const labels = leaseLabels({ owner: owner.address, tenant: tenant.address }, "100");
    await cluster.request("POST", "/api/v1/namespaces", { metadata: { name: "lease-1", labels } });
    if ((await cluster.get("/api/v1/namespaces/ingress-nginx")) === undefined) {
      await cluster.request("POST", "/api/v1/namespaces", { metadata: { name: "ingress-nginx" } });
    }
    await cluster.request("POST", "/api/v1/namespaces/ingress-nginx/services", {
      metadata: { name: "ingress-nginx-controller" },
      spec: {
        type: "ClusterIP",
        ports: [
          { name: "http", port: 80 },
          { name: "https", port: 443 },
        ],
      },
    });
    await eventually(async () => {
      assert.ok(await cluster.get("/api/v1/namespaces/lease-1/serviceaccounts/default"));
      assert.ok(await cluster.get("/api/v1/namespaces/default/serviceaccounts/default"));
    });
  }

  it("finds nothing", async () => {
    const report = await runDoctor(under, options);
    assert.deepEqual(failedIn(report), []);
    assert.equal(report.healthy, true);
    const skipped = report.checks.filter(({ result }) => result === "skipped").map(({ id }) => id);
    assert.deepEqual(skipped, [
      "certificate-browsers",
      "host-clock",
      "host-disk",
      "inventory",
      "outside-ports",
    ]);
  });

  for (const { check, what, make, evidence } of faults.filter(({ inCluster }) => inCluster)) {
    it(`says by \`${check}\` alone that ${what}`, async () => {
      // Of a world only what such faults change.
      await make({ cluster: sick.cluster, owner: owner.address } as World);
      // Controllers take their time with what was changed, there and back.
      await eventually(async () => {
        const report = await runDoctor(under, options);
        const found = report.checks.filter(({ result }) => result === "failed");
        assert.deepEqual(
          found.map(({ id }) => id),
          [check],
          failedIn(report).join("\n"),
        );
        assert.match(found[0]?.evidence ?? "", evidence);
      }, 60);
    });
  }

  it("is told of a healthy site again once every fault is taken back", async () => {
    await eventually(async () => assert.deepEqual(failedIn(await runDoctor(under, options)), []), 120);
  });

  it("says the same as a command: JSON and exit code", async () => {
    const args = ["doctor", "--json", "-s", "garage", "--only", "namespaces,attributes,gpu-advertised"];
    const well = await checkout.runWith(environment(), ...args);
    assert.equal(well.code, 0, well.stderr);
    assert.equal((JSON.parse(well.stdout) as DoctorReport).checks.length, 3);
    const label = { metadata: { labels: { "akash.network": null } } };
    const path = "/api/v1/namespaces/lease";
    await sick.cluster.request("PATCH", path, label, "application/merge-patch+json");
    const ill = await checkout.runWith(
      { ...environment(), NO_COLOR: "1" },
      ...args.filter((arg) => arg !== "--json"),
    );
    assert.equal(ill.code, 1);
    assert.match(ill.stdout, /^FAILED {3}namespaces +lease lacks akash\.network=true$/m);
  });
});

const failedIn = ({ checks }: DoctorReport) =>
  checks.filter(({ result }) => result === "failed").map(({ id, evidence }) => `${id}: ${evidence}`);
