import assert from "node:assert/strict";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import type { ScriptedNode } from "../support/scriptedChain/index.ts";
import { type GarageSite, openGarage } from "./garageSite.ts";

/** Nothing of the site changes but where its chain is asked and where its kubeconfig lies. */
describe("a site whose RPC endpoint died and whose kubeconfig moved", function () {
  this.timeout(900_000);
  let site: GarageSite;
  let first: ScriptedNode;

  before(async () => {
    site = await openGarage({ owner: 20_000_000n, stranger: 0n });
    first = await site.chain.addNode();
  });
  after(() => site?.close());

  const run = (...args: string[]) => site.checkout.runWith(site.environment(), ...args, "-s", "garage");
  const succeeds = async (...args: string[]) => {
    const { code, stdout, stderr } = await run(...args);
    assert.equal(code, 0, stdout + stderr);
    return stdout;
  };
  const declare = (kubeconfig: string, rpc: string) =>
    site.declare({ cluster: { kubeconfig }, network: { ...site.chain.network, rpc: [rpc] } });
  const driftOf = (output: string) => (JSON.parse(output) as { drift: unknown[] }).drift;
  /** The site moves: what the state names is there no more. */
  const moves = async (from: string, to: string, rpc: string) => {
    await rename(join(site.folder, from), join(site.folder, to));
    await declare(join(site.folder, to), rpc);
  };

  it("is no drift, is taken into the state by `up`, and nothing is signed for it", async () => {
    await rename(site.kubeconfig, join(site.folder, "first"));
    await declare(join(site.folder, "first"), first.endpoint);
    await succeeds("up", "--yes", "--json");
    const sent = site.chain.transactions.length;

    first.faults.refuseConnections = true;
    await moves("first", "second", site.chain.network.rpc[0] ?? "");
    assert.deepEqual(driftOf(await succeeds("drift", "--json")), []);
    await succeeds("preview", "--json");
    await succeeds("up", "--yes", "--json");
    assert.deepEqual(driftOf(await succeeds("drift", "--json")), []);
    assert.equal(site.chain.transactions.length, sent);
  });

  it("goes down with what it made, although nothing is where the state says", async () => {
    const other = await site.chain.addNode();
    site.chain.faults.refuseConnections = true;
    await moves("second", "third", other.endpoint);
    await succeeds("down", "--yes", "--json");
    assert.deepEqual(
      site.chain.certificates(site.owner.address).map(({ state }) => state),
      ["revoked"],
    );
    assert.equal(await site.cluster.getSecret("akash-services", "akash-provider-keyring"), undefined);
    const path = "/apis/apps/v1/namespaces/akash-services/statefulsets/akash-provider";
    assert.equal(await site.cluster.get(path), undefined);
  });
});
