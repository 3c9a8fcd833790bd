import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, it } from "mocha";
import { readAccount } from "../../../components/chain/account.ts";
import { openChain } from "../../../components/chain/client.ts";
import {
  NoUsableEndpoint,
  QueryRefused,
  RpcUnreachable,
  UnknownGeneration,
} from "../../../components/chain/errors.ts";
import { checkWebsocket } from "../../../components/chain/websocket.ts";
import { type ScriptedChain, startScriptedChain } from "../../support/scriptedChain/index.ts";
import { certificateKey } from "../../support/scriptedChain/state.ts";
import { wallet } from "../wallet/wallets.ts";

const owner = wallet.address;
const accounts = { [owner]: { uakt: 5_000_000, ibc: 3 } };

describe("a connection to a chain", () => {
  const running: ScriptedChain[] = [];
  let servers: Server[] = [];
  let chain: ScriptedChain;
  /** Of this test alone; all its endpoints serve it. */
  let chainId: string;

  beforeEach(async () => {
    chainId = `own-${randomUUID()}`;
    chain = await start();
  });

  afterEach(async () => {
    for (const server of servers) {
      server.close();
      server.closeAllConnections();
    }
    servers = [];
    await Promise.all(running.splice(0).map((one) => one.stop()));
  });

  async function start(): Promise<ScriptedChain> {
    const started = await startScriptedChain({ chainId, accounts, blockIntervalMs: 0 });
    running.push(started);
    return started;
  }

  const endpointOf = (one: ScriptedChain) => one.network.rpc[0] ?? "";
  const networkOf = (...chains: ScriptedChain[]) => ({ ...chain.network, rpc: chains.map(endpointOf) });

  /** A node that answers these methods and no other. */
  async function serve(answers: Readonly<Record<string, (params: { path: string }) => unknown>>) {
    const server = createServer(async (request, response) => {
      const { method, params } = JSON.parse((await request.toArray()).join(""));
      const answer = answers[method]?.(params);
      const error = { code: -32601, message: "Method not found" };
      response.end(JSON.stringify(answer === undefined ? { error } : { result: answer }));
    }).listen(0, "127.0.0.1");
    servers.push(server);
    await once(server, "listening");
    return { ...chain.network, rpc: [`http://127.0.0.1:${(server.address() as AddressInfo).port}`] };
  }

  const status = () => ({
    node_info: { network: chain.network.chainId },
    sync_info: { catching_up: false, latest_block_height: "9", latest_block_time: new Date() },
  });

  const bme = { supported_versions: [{ modules: [{ module: "bme" }] }] };

  it("takes two requests, and is shared", async () => {
    const [one, other] = await Promise.all([openChain(chain.network), openChain(chain.network)]);
    assert.equal(one, other);
    assert.equal(one.endpoint, endpointOf(chain));
    assert.equal(one.generation, "v2");
    assert.deepEqual(Object.fromEntries(chain.requests), { status: 1, akash: 1 });
  });

  it("is not shared with who asks for a websocket, which has to deliver a block", async () => {
    const plain = await openChain(chain.network);
    const opening = openChain(chain.network, { websocket: true });
    while (!chain.requests.has("subscribe")) await new Promise(setImmediate);
    chain.produceBlock();
    assert.notEqual(await opening, plain);
  });

  it("is refused where the websocket is missing, and tried again next time", async () => {
    chain.faults.websocket = "missing";
    const opening = openChain(chain.network, { websocket: true });
    await assert.rejects(opening, /its websocket does not work: the connection was refused/);
    chain.faults.websocket = "working";
    await openChain(chain.network);
  });

  it("says of a websocket that it is silent, or closed", async () => {
    chain.faults.websocket = "silent";
    const failure = await checkWebsocket(endpointOf(chain), 30);
    assert.equal(failure?.reason, "its websocket does not work: no block arrived within 0.03 s");
    assert.match(failure?.remedy ?? "", /\/websocket/);
    const checking = checkWebsocket(endpointOf(chain));
    while (chain.requests.get("subscribe") !== 2) await new Promise(setImmediate);
    chain.closeWebsockets();
    assert.equal((await checking)?.reason, "its websocket does not work: the connection was closed");
  });

  it("uses the first endpoint that passes the gate", async () => {
    const [lagging, good] = [await start(), await start()];
    chain.faults.catchingUp = true;
    lagging.faults.lagSeconds = 31;
    const connection = await openChain(networkOf(chain, lagging, good));
    assert.equal(connection.endpoint, endpointOf(good));
  });

  it("names every endpoint that does not pass, and is opened anew afterwards", async () => {
    const other = await start();
    chain.faults.catchingUp = true;
    other.faults.reportedChainId = "other-1";
    await assert.rejects(openChain(networkOf(chain, other)), (error) => {
      assert.ok(error instanceof NoUsableEndpoint);
      assert.deepEqual(
        error.failures.map(({ endpoint }) => endpoint),
        [endpointOf(chain), endpointOf(other)],
      );
      return true;
    });
    chain.heal();
    await openChain(networkOf(chain, other));
  });

  it("waits no longer than it is told", async () => {
    chain.faults.delayMs = 200;
    await assert.rejects(openChain(chain.network, { timeoutMs: 20 }), /no answer within 0\.02 s/);
  });

  it("moves on when its endpoint fails, once for all callers, and comes back when the next one does", async () => {
    const other = await start();
    const connection = await openChain(networkOf(chain, other));
    other.requests.clear();
    chain.faults.refuseConnections = true;
    const heights = await Promise.all([connection.latestBlock(), connection.latestBlock()]);
    assert.deepEqual(
      heights.map(({ height }) => height),
      [1, 1],
    );
    assert.equal(connection.endpoint, endpointOf(other));
    assert.equal(other.requests.get("status"), 3);
    chain.heal();
    other.faults.refuseConnections = true;
    await connection.latestBlock();
    assert.equal(connection.endpoint, endpointOf(chain));
  });

  it("goes through its endpoints in turn", async () => {
    const [second, third] = [await start(), await start()];
    const connection = await openChain(networkOf(chain, second, third));
    chain.faults.refuseConnections = true;
    await connection.latestBlock();
    chain.heal();
    second.faults.refuseConnections = true;
    await connection.latestBlock();
    assert.equal(connection.endpoint, endpointOf(third));
  });

  it("moves on when a gateway says that it was asked too often", async () => {
    let asked = 0;
    const limited = createServer((request, response) => {
      if (++asked > 2) return response.writeHead(429).end('{"error":"rate limit exceeded"}');
      const forward = async () =>
        fetch(endpointOf(chain), { method: "POST", body: (await request.toArray()).join("") });
      return void forward().then(async (answer) => response.end(await answer.text()));
    }).listen(0, "127.0.0.1");
    servers.push(limited);
    await once(limited, "listening");
    const rpc = [`http://127.0.0.1:${(limited.address() as AddressInfo).port}`, endpointOf(chain)];
    const connection = await openChain({ ...chain.network, rpc });
    assert.equal(connection.endpoint, rpc[0]);
    assert.deepEqual(await connection.certificates(owner), []);
    assert.equal(connection.endpoint, rpc[1]);
  });

  it("knows that nothing arrived where nobody listened", async () => {
    const other = await start();
    const connection = await openChain(networkOf(chain, other));
    await chain.stop();
    // Until the client has noticed that its connection was closed.
    await new Promise((resolve) => setTimeout(resolve, 20));
    let lost = 0;
    await connection.rpc("status", {}, () => lost++);
    assert.equal(connection.endpoint, endpointOf(other));
    assert.equal(lost, 0);
  });

  it("tries the same endpoint once more when it is the only one", async () => {
    const connection = await openChain(chain.network);
    chain.faults.loseBroadcasts = 1;
    let lost = 0;
    const answer = await connection.rpc("broadcast_tx_sync", { tx: "AAEC" }, () => lost++);
    assert.equal((answer as { code: number }).code, 2);
    assert.equal(lost, 1);
  });

  it("gives up when no endpoint answers, naming each", async () => {
    const other = await start();
    const connection = await openChain(networkOf(chain, other));
    await chain.stop();
    other.faults.refuseConnections = true;
    await assert.rejects(connection.latestBlock(), (error) => {
      assert.ok(error instanceof NoUsableEndpoint);
      const endpoints = new Set(error.failures.map(({ endpoint }) => endpoint));
      assert.deepEqual([...endpoints], [endpointOf(chain), endpointOf(other)]);
      assert.equal(error.chainId, chain.network.chainId);
      return true;
    });
  });

  it("passes a node's refusal on without asking another", async () => {
    const other = await start();
    const connection = await openChain(networkOf(chain, other));
    await assert.rejects(connection.rpc("nonsense", {}), /refused `nonsense`: Method not found/);
    assert.equal(connection.endpoint, endpointOf(chain));
    assert.equal(other.requests.size, 0);
  });

  it("reads what is there of an owner", async () => {
    const connection = await openChain(chain.network);
    assert.equal(await connection.provider(owner), undefined);
    assert.deepEqual(await connection.certificates(owner), []);
    assert.deepEqual(await connection.auditors(owner), []);
    assert.deepEqual(await connection.balances(owner), { ibc: 3n, uakt: 5_000_000n });
    assert.deepEqual(await connection.balances("akash1nobody"), {});
    const attributes = [{ key: "tier", value: "community" }];
    const record = { owner, hostUri: "https://a", attributes, email: "e", website: "w" };
    chain.edit(({ providers, certificates, audits }) => {
      providers.set(owner, record);
      audits.push({ owner, auditor: "akash1auditor", attributes });
      certificates.set(certificateKey(owner, "7"), {
        owner,
        serial: "7",
        state: "revoked",
        certificate: Buffer.from("CERT"),
        publicKey: Buffer.from("KEY"),
      });
    });
    assert.deepEqual(await connection.provider(owner), record);
    assert.deepEqual(await connection.auditors(owner), [{ auditor: "akash1auditor", attributes }]);
    assert.deepEqual(await connection.certificates(owner), [
      { serial: "7", state: "revoked", certificatePem: "CERT", publicKeyPem: "KEY" },
    ]);
    assert.equal((await connection.latestBlock()).height, chain.height);
  });

  it("reads an account, and none of an address that never received anything", async () => {
    const connection = await openChain(chain.network);
    assert.deepEqual(await readAccount(connection, owner), { accountNumber: 0, sequence: 0 });
    assert.equal(await readAccount(connection, "akash1nobody"), undefined);
  });

  it("tells a refused query from an empty answer", async () => {
    const connection = await openChain(chain.network);
    const query = { path: "/nowhere", data: new Uint8Array(), decode: () => "read" };
    for (const ask of [connection.query(query), connection.find(query)]) {
      await assert.rejects(ask, (error) => {
        assert.ok(error instanceof QueryRefused);
        assert.deepEqual([error.path, error.codespace, error.code], ["/nowhere", "sdk", 6]);
        return true;
      });
    }
  });

  it("finds nothing where the chain says so, in whatever words", async () => {
    for (const log of ["NotFound", "account not found", "Not Found"]) {
      const refused = { response: { code: 22, log, codespace: "sdk" } };
      const connection = await openChain(
        await serve({ status, akash: () => bme, abci_query: () => refused }),
      );
      assert.equal(await connection.provider(owner), undefined);
      await assert.rejects(connection.balances(owner), QueryRefused);
    }
  });

  it("probes for the generation where the node does not state it", async () => {
    chain.faults.failMethods = { akash: "Method not found" };
    assert.equal((await openChain(chain.network, { fresh: true })).generation, "v2");
    chain.faults.generation = "v1";
    assert.equal((await openChain(chain.network, { fresh: true })).generation, "v1");
  });

  it("knows no generation of a chain that serves no known path, nor of a node that stops answering", async () => {
    const unknown = { response: { code: 6, log: "unknown query path: unknown request", codespace: "sdk" } };
    const network = await serve({ status, abci_query: () => unknown });
    await assert.rejects(openChain(network), UnknownGeneration);
    await openChain(await serve({ status, abci_query: () => ({ response: {} }) }));
    await assert.rejects(
      openChain(await serve({ status, akash: () => servers.at(-1)?.closeAllConnections() ?? null })),
      (error) => error instanceof NoUsableEndpoint || error instanceof RpcUnreachable,
    );
  });
});
