import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import fc from "fast-check";
import { describe, it } from "mocha";
import { checkEndpoint, failureOf, judgeStatus, maxLagMs } from "../../../components/chain/endpoints.ts";
import { NoUsableEndpoint, RpcUnreachable } from "../../../components/chain/errors.ts";
import { readEvent, websocketUrl } from "../../../components/chain/websocket.ts";

const endpoint = "https://rpc.example.com:443";
const now = new Date("2026-11-21T12:00:00Z");
const expected = { chainId: "akashnet-2", now };
const healthy = { chainId: "akashnet-2", catchingUp: false, height: 5, time: now, txIndex: true };

describe("the endpoint gate", () => {
  it("lets a node of the chain pass", () => {
    assert.equal(judgeStatus(endpoint, healthy, expected), undefined);
  });

  it("names the chain that an endpoint serves instead", () => {
    const failure = judgeStatus(endpoint, { ...healthy, chainId: "sandbox-2" }, expected);
    assert.equal(failure?.reason, "it serves chain sandbox-2, not akashnet-2");
    const nameless = judgeStatus(endpoint, { ...healthy, chainId: "" }, expected);
    assert.equal(nameless?.reason, "it serves chain without an id, not akashnet-2");
  });

  it("refuses a node that is catching up", () => {
    const failure = judgeStatus(endpoint, { ...healthy, catchingUp: true }, expected);
    assert.match(failure?.reason ?? "", /catching up, at height 5/);
  });

  it("refuses a node in which no transaction can be looked up", () => {
    const failure = judgeStatus(endpoint, { ...healthy, txIndex: false }, expected);
    assert.match(failure?.reason ?? "", /keeps no index of transactions/);
    assert.match(failure?.remedy ?? "", /another endpoint, or set `indexer = "kv"`/);
  });

  it("allows 30 s of lag and no more, and speaks of the clock", () => {
    fc.assert(
      fc.property(fc.integer({ min: -100_000, max: 100_000 }), (lagMs) => {
        const status = { ...healthy, time: new Date(now.getTime() - lagMs) };
        assert.equal(judgeStatus(endpoint, status, expected) === undefined, lagMs <= maxLagMs);
      }),
    );
    const atLimit = { ...healthy, time: new Date(now.getTime() - maxLagMs) };
    assert.equal(judgeStatus(endpoint, atLimit, expected), undefined);
    const failure = judgeStatus(endpoint, { ...healthy, time: new Date(now.getTime() - 61_000) }, expected);
    assert.match(failure?.reason ?? "", /5, is 61 s old \(at most 30 s\)/);
    assert.match(failure?.remedy ?? "", /clock/);
  });

  it("turns a refused connection into a reason", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    const failure = await checkEndpoint(`http://127.0.0.1:${port}`, "akashnet-2");
    assert.equal(failure?.reason, "nothing listens there");
  });

  it("lists every endpoint with its reason and remedy", () => {
    const failures = [
      failureOf(endpoint, new RpcUnreachable(endpoint, "no answer within 0.6 s", true)),
      { endpoint: "http://b", reason: "it lags", remedy: "Wait." },
    ];
    const { message } = new NoUsableEndpoint("akashnet-2", failures);
    assert.match(message, /rpc\.example\.com:443: no answer within 0\.6 s\. Check the address/);
    assert.match(message, /http:\/\/b: it lags\. Wait\./);
    assert.match(message, /`network\.rpc`/);
  });
});

describe("the websocket", () => {
  it("is beside the endpoint, with its path", () => {
    assert.equal(websocketUrl("http://a:26657"), "ws://a:26657/websocket");
    assert.equal(websocketUrl("https://a/akash/"), "wss://a/akash/websocket");
    assert.equal(websocketUrl("http://a//"), "ws://a/websocket");
  });

  it("has delivered when a frame carries data", () => {
    assert.equal(readEvent('{"id":1,"result":{}}'), "wait");
    assert.equal(readEvent('{"id":1,"result":{"data":{"type":"x"}}}'), undefined);
    assert.match(readEvent('{"error":{"message":"m","data":"d"}}') ?? "", /refused: d/);
    assert.match(readEvent('{"error":{"message":"m"}}') ?? "", /refused: m/);
    assert.match(readEvent("<html>") ?? "", /JSON-RPC/);
    assert.equal(readEvent("{}"), "wait");
  });
});
