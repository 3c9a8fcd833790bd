import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { openChain } from "../../components/chain/index.ts";
import type { EmbeddedServices } from "../../embedded/index.ts";
import { needsHosts, type TestHost } from "../support/hosts/index.ts";
import { installNvidia, nvidiaCharts, rtx5090 } from "../support/nvidia/index.ts";
import { transactionsOf } from "../support/transactions.ts";
import { GPU_KEY, putLease, until } from "./gpuNodesSupport.ts";
import { NodesSite } from "./nodesSupport.ts";

/**
 * A machine with a card and one without become a provider. Each test goes on where the one before it ended.
 *
 * The card is on the machine's bus and nowhere else: driver, toolkit and the GPU operator's chart are stand-ins
 * (`tests/support/nvidia`), and K3s's plays what the device plugin tells the kubelet (`tests/support/k3s`). Detection,
 * the adoption of the driver, the search for the runtime, the release of the chart, the gate and what it lets onto the
 * chain are the site's own.
 */
describe("a site with a GPU from bare machines", function () {
  this.timeout(600_000);
  let site: NodesSite;
  let services: EmbeddedServices;
  let gpuHost: TestHost;

  before(async function () {
    await needsHosts(this);
    site = await NodesSite.start({ count: 2, hosts: { 1: { pci: rtx5090 } } });
    gpuHost = site.host(1);
    await installNvidia(gpuHost, { driver: "580.95.05" });
  });

  after(async () => {
    await site?.stop();
  });

  const declare = (gpu: object) => {
    const none = { before: [], after: [] };
    site.declare([site.entry(0, none), site.entry(1, none)], { gpu, mirror: { charts: nvidiaCharts } });
  };
  /** An `up` that has to end with an error: what it said. */
  const refused = async (): Promise<string> => {
    const { code, stdout, stderr } = await site.run("up", "--yes", "--json");
    assert.equal(code, 1, stdout + stderr);
    return stderr;
  };
  const sent = async () =>
    (await transactionsOf(services.chain, services.wallet.address)).map(({ messages }) =>
      messages.map((type) => type.split(".").at(-1)).sort(),
    );
  /** What the provider's record says of GPUs; undefined without a record. */
  const advertised = async () => {
    const record = await (await openChain(services.chain)).provider(services.wallet.address);
    const gpu = record?.attributes.filter(({ key }) => /gpu|cuda/.test(key));
    return gpu && Object.fromEntries(gpu.map(({ key, value }) => [key, value]));
  };
  const allocatable = async (): Promise<string> => {
    const node = await (await site.cluster()).get<{ status: { allocatable: Record<string, string> } }>(
      "/api/v1/nodes/host-2",
    );
    return node?.status.allocatable["nvidia.com/gpu"] ?? "0";
  };
  const offered = {
    "capabilities/gpu": "nvidia",
    [GPU_KEY]: "true",
    [`${GPU_KEY}/ram/32Gi`]: "true",
    [`${GPU_KEY}/interface/pcie`]: "true",
    [`${GPU_KEY}/ram/32Gi/interface/pcie`]: "true",
    cuda: "13.0",
  };

  it("has a cluster and no record on the chain while its container toolkit is missing", async () => {
    declare({ operator: "none", driver: { by: "none" } });
    assert.match(
      await refused(),
      /host-2 has 1 × rtx5090 32Gi pcie, not advertised: NVIDIA's container toolkit is not installed/,
    );
    services = JSON.parse(await site.checkout.read(".embedded/services.json"));
    assert.deepEqual(Object.keys(await site.nodes()), ["host-1", "host-2"]);
    assert.deepEqual([await allocatable(), await advertised(), await sent()], ["0", undefined, []]);
  });

  it("names a toolkit that was set up for Docker only", async () => {
    await installNvidia(gpuHost, "toolkit", "docker");
    assert.match(
      await refused(),
      /host-2 has 1 × rtx5090 .*for Docker only; K3s has a containerd of its own\. Run `systemctl restart k3s-agent`/,
    );
    assert.deepEqual([await allocatable(), await advertised(), await sent()], ["0", undefined, []]);
  });

  it("adopts the driver and lets K3s find the runtime, and names a device plugin that nobody starts", async () => {
    declare({ operator: "none" });
    assert.match(
      await refused(),
      /host-2 has 1 × rtx5090 .*neither NVIDIA's device plugin nor the GPU operator/,
    );
    const { stdout } = await gpuHost.exec(
      "grep -c nvidia /var/lib/rancher/k3s/agent/etc/containerd/config.toml; ls /etc/cdi; apt-mark showhold; cat /var/lib/lab/nvidia/installed",
    );
    assert.match(stdout, /^[1-9]\d*\nnvidia\.yaml\n580\.95\.05\n$/);
    assert.deepEqual([await allocatable(), await advertised(), await sent()], ["0", undefined, []]);
  });

  it("advertises the card once the cluster offers it", async () => {
    declare({});
    await site.up();
    assert.equal(await allocatable(), "1");
    assert.deepEqual(await advertised(), offered);
    assert.deepEqual(await sent(), [["MsgCreateCertificate", "MsgCreateProvider"]]);
    const { gpu, nodes } = JSON.parse((await site.run("outputs")).stdout);
    assert.deepEqual([gpu.allocatable, gpu.models], [1, ["rtx5090"]]);
    assert.match(JSON.stringify(nodes), /580\.95\.05/);
    // The RuntimeClass went from the site's hands to the operator's.
    assert.ok(await (await site.cluster()).get("/apis/node.k8s.io/v1/runtimeclasses/nvidia"));
  });

  it("does not restart the machine for its driver under a lease, and says how to agree", async () => {
    const cluster = await site.cluster();
    await putLease(cluster, "host-2");
    await installNvidia(gpuHost, { upgrade: "580.105.08" });
    await until("the card is gone", async () => (await allocatable()) === "0");
    assert.deepEqual(await site.drift(), [
      "garage-gpus devices",
      'garage-gpus gpus["host-2"]',
      "garage-nodes-host-2-gpu driver",
    ]);
    const boot = await bootOf(gpuHost);
    assert.match(
      await refused(),
      /has to be restarted \(another version of the driver is loaded than is installed\), but a lease runs on it: akash1tenant\/42\. .*PULUMI_AKASH_ALLOW=leases:host-2/,
    );
    assert.equal(await bootOf(gpuHost), boot);
  });

  it("restarts it once the lease is elsewhere, offers the card again and then has nothing to repair", async () => {
    await putLease(await site.cluster(), "host-1");
    const boot = await bootOf(gpuHost);
    await site.up();
    assert.notEqual(await bootOf(gpuHost), boot);
    assert.equal((await gpuHost.exec("cat /sys/module/nvidia/version")).stdout, "580.105.08\n");
    assert.equal(await allocatable(), "1");
    assert.deepEqual(await advertised(), offered);
    assert.equal((await sent()).length, 1);
    assert.deepEqual(await site.drift(), []);
  });
});

async function bootOf(host: TestHost): Promise<string> {
  return (await host.exec("cat /proc/sys/kernel/random/boot_id")).stdout;
}
