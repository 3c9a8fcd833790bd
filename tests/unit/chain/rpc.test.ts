import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, it } from "mocha";
import { readStatus } from "../../../components/chain/endpoints.ts";
import { RpcError, RpcUnreachable } from "../../../components/chain/errors.ts";
import { callRpc } from "../../../components/chain/rpc.ts";

describe("a JSON-RPC call", () => {
  let server: Server;

  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  async function serve(listener: RequestListener): Promise<string> {
    server = createServer(listener).listen(0, "127.0.0.1");
    await once(server, "listening");
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const unreachable = (reason: RegExp, mayHaveArrived: boolean) => (error: unknown) => {
    assert.ok(error instanceof RpcUnreachable);
    assert.match(error.message, reason);
    assert.equal(error.mayHaveArrived, mayHaveArrived);
    return true;
  };

  it("posts method and parameters, and returns the result, also an empty one", async () => {
    let received: unknown;
    const endpoint = await serve(async (request, response) => {
      assert.equal(request.headers["content-type"], "application/json");
      received = JSON.parse((await request.toArray()).join(""));
      response.end('{"result":null}');
    });
    assert.equal(await callRpc(endpoint, "tx", { hash: "AB" }), null);
    assert.deepEqual(received, { jsonrpc: "2.0", id: 1, method: "tx", params: { hash: "AB" } });
  });

  it("throws what a node answers with, whatever the HTTP status", async () => {
    const endpoint = await serve((_request, response) => {
      response
        .writeHead(500)
        .end('{"error":{"code":-32603,"message":"Internal error","data":"tx not found"}}');
    });
    await assert.rejects(callRpc(endpoint, "tx", {}), (error) => {
      assert.ok(error instanceof RpcError);
      assert.deepEqual([error.code, error.data], [-32603, "tx not found"]);
      return true;
    });
  });

  for (const [what, body] of [
    ["a proxy's page", "<html>502</html>"],
    ["other JSON", '{"ok":true}'],
    ["no object", "null"],
    ["text", '"result"'],
    ["a gateway's refusal", '{"error":"rate limit exceeded"}'],
    ["a gateway's refusal as an object", '{"error":{"message":"rate limit exceeded"}}'],
    ["a refusal whose code is text", '{"error":{"code":"429","message":"too many"}}'],
    ["a refusal without text", '{"error":{"code":429}}'],
    ["a refusal beside a result", '{"result":{},"error":true}'],
  ] as const) {
    it(`takes ${what} for no answer, and shows the status`, async () => {
      const endpoint = await serve((_request, response) => void response.writeHead(502).end(body));
      await assert.rejects(callRpc(endpoint, "tx", {}), unreachable(/HTTP 502, .*not JSON-RPC/, true));
    });
  }

  it("takes an answer that is neither result nor error for none", async () => {
    const endpoint = await serve((_request, response) => void response.end('{"error":null}'));
    await assert.rejects(callRpc(endpoint, "tx", {}), unreachable(/HTTP 200, .*not JSON-RPC/, true));
  });

  it("takes a result for one, also beside an empty error", async () => {
    const endpoint = await serve((_request, response) => void response.end('{"result":7,"error":null}'));
    assert.equal(await callRpc(endpoint, "tx", {}), 7);
  });

  it("does not wait for ever", async () => {
    const endpoint = await serve(() => undefined);
    await assert.rejects(callRpc(endpoint, "tx", {}, 30), unreachable(/no answer within 0\.03 s/, true));
  });

  it("knows a request that may have arrived from one that cannot have", async () => {
    const endpoint = await serve((request) => void request.socket.destroy());
    await assert.rejects(callRpc(endpoint, "tx", {}), unreachable(/the connection failed/, true));
    server.close();
    server.closeAllConnections();
    await once(server, "close");
    await assert.rejects(callRpc(endpoint, "tx", {}), unreachable(/nothing listens there/, false));
    await assert.rejects(
      callRpc("nowhere", "tx", {}),
      unreachable(/the connection failed \(ERR_INVALID_URL\)/, true),
    );
    await assert.rejects(callRpc("http://x.invalid", "tx", {}), unreachable(/name does not resolve/, false));
  });

  it("reads a status, and takes a node that says nothing for one that is not ready", async () => {
    const status = {
      node_info: { network: "c", other: { tx_index: "off" } },
      sync_info: {
        catching_up: false,
        latest_block_height: "7",
        latest_block_time: "2026-11-21T12:00:00.123456789Z",
      },
    };
    const answers: unknown[] = [status, {}];
    const endpoint = await serve(
      (_request, response) => void response.end(JSON.stringify({ result: answers.shift() })),
    );
    const time = new Date("2026-11-21T12:00:00.123Z");
    const read = { chainId: "c", catchingUp: false, height: 7, time, txIndex: false };
    assert.deepEqual(await readStatus(endpoint), read);
    const nothing = { chainId: "", catchingUp: true, height: 0, time: new Date(0), txIndex: true };
    assert.deepEqual(await readStatus(endpoint), nothing);
  });
});
