import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, it } from "mocha";
import { blockProblem } from "../../../embedded/chain/health.ts";

describe("health of the embedded chain", () => {
  let server: Server;
  let rpc: string;
  let info: { latest_block_height: string; latest_block_time: string; catching_up: boolean };

  beforeEach(async () => {
    info = { latest_block_height: "7", latest_block_time: new Date().toISOString(), catching_up: false };
    server = createServer((_, response) => {
      response.end(JSON.stringify({ jsonrpc: "2.0", id: -1, result: { sync_info: info } }));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    rpc = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(() => server.close());

  it("is good while blocks are fresh", async () => {
    assert.equal(await blockProblem(rpc)(false), undefined);
  });

  it("needs a new block after a start", async () => {
    const problem = blockProblem(rpc);
    assert.equal(await problem(true), "it stands still at block 7");
    assert.equal(await problem(true), "it stands still at block 7");
    info.latest_block_height = "8";
    assert.equal(await problem(true), undefined);
  });

  it("is bad when the last block is old", async () => {
    info.latest_block_time = new Date(Date.now() - 6_000).toISOString();
    assert.equal(await blockProblem(rpc)(false), "it stands still at block 7");
  });

  it("is bad before the first block and while catching up", async () => {
    info.latest_block_height = "0";
    assert.equal(await blockProblem(rpc)(false), "it has no block yet");
    info.latest_block_height = "7";
    info.catching_up = true;
    assert.equal(await blockProblem(rpc)(false), "it has no block yet");
  });

  it("is bad when nobody answers, or something else does", async () => {
    server.close();
    assert.equal(await blockProblem(rpc)(false), `its RPC ${rpc} does not answer`);
    const other = createServer((_, response) => response.end("<html>")).listen(0, "127.0.0.1");
    await once(other, "listening");
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    assert.equal(await blockProblem(url)(false), `its RPC ${url} does not answer`);
    other.close();
  });
});
