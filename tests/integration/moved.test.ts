import assert from "node:assert/strict";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { stringify } from "yaml";
import { type Cluster, openCluster } from "../../components/cluster/index.ts";
import { startCluster, stopCluster } from "../../embedded/index.ts";
import { ensureToolchain } from "../../toolchain/index.ts";
import { Checkout } from "../support/checkout.ts";
import { type ScriptedChain, type ScriptedNode, startScriptedChain } from "../support/scriptedChain/index.ts";
import { makeFolder, makeWallet, removeFolder, type TestWallet } from "./chainSupport.ts";

/** Nothing of the site changes but where its chain is asked and where its kubeconfig lies. */
describe("a site whose RPC endpoint died and whose kubeconfig moved", function () {
  this.timeout(900_000);
  let folder: string;
  let checkout: Checkout;
  let chain: ScriptedChain;
  let first: ScriptedNode;
  let cluster: Cluster;
  let owner: TestWallet;
  let made: string;

  before(async () => {
    const toolchain = await ensureToolchain({ tools: ["engine", "embedded"] });
    folder = makeFolder();
    await mkdir(join(folder, "state"));
    owner = await makeWallet(join(folder, "owner"));
    chain = await startScriptedChain({ accounts: { [owner.address]: { uakt: 20_000_000 } } });
    first = await chain.addNode();
    checkout = await Checkout.create();
    ({ kubeconfig: made } = await startCluster({ folder: join(folder, "cluster"), toolchain }));
    cluster = await openCluster({ kubeconfigPath: made });
  });
  after(async () => {
    await stopCluster(join(folder, "cluster"));
    await chain?.stop();
    await checkout?.remove();
    removeFolder(folder);
  });

  const run = (...args: string[]) =>
    checkout.runWith(
      {
        PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: "test",
        PULUMI_AKASH_STATE: join(folder, "signing"),
      },
      ...args,
      "-s",
      "garage",
    );
  const succeeds = async (...args: string[]) => {
    const { code, stdout, stderr } = await run(...args);
    assert.equal(code, 0, stdout + stderr);
    return stdout;
  };
  const declare = (kubeconfig: string, rpc: string) => {
    const site = {
      name: "garage",
      domain: "example.com",
      network: { ...chain.network, rpc: [rpc] },
      wallet: owner.source,
      cluster: { kubeconfig },
      address: "203.0.113.7",
      contact: { email: "ops@example.com" },
      tls: { issuer: "self-signed" },
      ingress: { mode: "classic", controller: "none" },
      gpu: { operator: "none" },
      attributes: { "location-region": "us-west" },
      storage: { providerVolume: { storageClass: "local-path" } },
    };
    const file = join(checkout.folder, "Pulumi.garage.yaml");
    return writeFile(file, stringify({ config: { "akash:site": site } }));
  };
  const driftOf = (output: string) => (JSON.parse(output) as { drift: unknown[] }).drift;
  /** The site moves: what the state names is there no more. */
  const moves = async (from: string, to: string, rpc: string) => {
    await rename(join(folder, from), join(folder, to));
    await declare(join(folder, to), rpc);
  };

  it("is no drift, is taken into the state by `up`, and nothing is signed for it", async () => {
    await rename(made, join(folder, "first"));
    await declare(join(folder, "first"), first.endpoint);
    await succeeds("up", "--yes", "--json");
    const sent = chain.transactions.length;

    first.faults.refuseConnections = true;
    await moves("first", "second", chain.network.rpc[0] ?? "");
    assert.deepEqual(driftOf(await succeeds("drift", "--json")), []);
    await succeeds("preview", "--json");
    await succeeds("up", "--yes", "--json");
    assert.deepEqual(driftOf(await succeeds("drift", "--json")), []);
    assert.equal(chain.transactions.length, sent);
  });

  it("goes down with what it made, although nothing is where the state says", async () => {
    const other = await chain.addNode();
    chain.faults.refuseConnections = true;
    await moves("second", "third", other.endpoint);
    await succeeds("down", "--yes", "--json");
    assert.deepEqual(
      chain.certificates(owner.address).map(({ state }) => state),
      ["revoked"],
    );
    assert.equal(await cluster.getSecret("akash-services", "akash-provider-keyring"), undefined);
    const path = "/apis/apps/v1/namespaces/akash-services/statefulsets/akash-provider";
    assert.equal(await cluster.get(path), undefined);
  });
});
