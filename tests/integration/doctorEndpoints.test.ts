import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { after, afterEach, before, describe, it } from "mocha";
import { openChain } from "../../components/chain/client.ts";
import { runDoctor } from "../../doctor/doctor.ts";
import type { SiteUnderCheck } from "../../doctor/types.ts";
import { setting } from "../support/doctor/clusterChanges.ts";
import { startWorld, type World } from "../support/doctor/world.ts";
import type { ScriptedNode } from "../support/scriptedChain/index.ts";

/** A site whose network has two endpoints, of which one is enough. */
describe("the doctor at a site with two endpoints", function () {
  this.timeout(60_000);
  let world: World;
  let second: ScriptedNode;

  before(async () => {
    world = await startWorld();
    second = await world.chain.addNode();
  });
  afterEach(() => world?.restore());
  after(() => world?.stop());

  const withEndpoints = (...rpc: string[]): SiteUnderCheck => ({
    ...world.under,
    site: { ...world.under.site, network: { ...world.chain.network, rpc } },
  });
  const first = () => world.chain.network.rpc[0] ?? "";
  const look = async (under: SiteUnderCheck) => {
    const { checks } = await runDoctor(under, world.options);
    const found = checks.filter(({ result }) => result === "failed").map(({ id }) => id);
    const evidence = (id: string) => checks.find((check) => check.id === id)?.evidence ?? "";
    return { found, evidence };
  };

  it("finds it well when one of them delivers blocks, which `up` would take", async () => {
    const under = withEndpoints(first(), second.endpoint);
    world.chain.faults.websocket = "missing";
    const taken = await openChain(under.site.network, { fresh: true, websocket: true });
    assert.equal(taken.endpoint, second.endpoint);
    await setting({ AP_NODE: second.endpoint })(world);
    const { found, evidence } = await look(under);
    assert.deepEqual(found, []);
    assert.match(evidence("websocket"), /^1 of 2 endpoints; not: http\S+: its websocket does not work/);
    assert.equal(evidence("provider-endpoint"), second.endpoint);
  });

  it("names the provider's own when that is the one that delivers none", async () => {
    world.chain.faults.websocket = "missing";
    const { found } = await look(withEndpoints(first(), second.endpoint));
    assert.deepEqual(found, ["provider-endpoint"]);
  });

  it("says of both when neither does", async () => {
    world.chain.faults.websocket = "missing";
    second.faults.websocket = "silent";
    const { found, evidence } = await look(withEndpoints(first(), second.endpoint));
    assert.deepEqual(found, ["websocket"]);
    assert.match(evidence("websocket"), /does not work: the connection.*; http.*no block arrived/);
  });

  it("waits for the provider's endpoint and for its own at the same time", async () => {
    await setting({ AP_NODE: second.endpoint })(world);
    second.requests.clear();
    // The first one delivers nothing until the second one was asked.
    world.chain.faults.websocket = "silent";
    let over = false;
    const looking = look(withEndpoints(first())).finally(() => {
      over = true;
    });
    while (!over && !second.requests.has("subscribe")) await sleep(10);
    world.chain.faults.websocket = "working";
    const { found, evidence } = await looking;
    assert.deepEqual(found, []);
    assert.equal(evidence("provider-endpoint"), second.endpoint);
  });
});
