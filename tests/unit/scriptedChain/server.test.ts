import assert from "node:assert/strict";
import {
  QueryCertificatesRequest,
  QueryCertificatesResponse,
} from "@akashnetwork/chain-sdk/private-types/akash.v1";
import { MsgCreateProvider } from "@akashnetwork/chain-sdk/private-types/akash.v1beta4";
import { DirectSecp256k1Wallet } from "@cosmjs/proto-signing";
import { SigningStargateClient, StargateClient } from "@cosmjs/stargate";
import { Comet38Client, connectComet } from "@cosmjs/tendermint-rpc";
import { afterEach, beforeEach, describe, it } from "mocha";
import { type ScriptedChain, startScriptedChain } from "../../support/scriptedChain/index.ts";
import { testSigner } from "./signer.ts";

const signer = testSigner("server test");
const friend = testSigner("server test's friend");

describe("scripted chain: as clients see it", () => {
  let chain: ScriptedChain;
  let url: string;

  beforeEach(async () => {
    chain = await startScriptedChain({
      accounts: { [signer.address]: { uakt: 5_000_000, uact: 7 } },
      blockIntervalMs: 25,
    });
    url = chain.network.rpc[0] ?? "";
  });
  afterEach(() => chain.stop());

  const call = async (method: string, params: Record<string, unknown> = {}) => {
    const response = await fetch(url, {
      method: "POST",
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
    });
    return (await response.json()) as {
      result?: Record<string, unknown>;
      error?: { code: number; data: string };
    };
  };
  const response = ({ result }: Awaited<ReturnType<typeof call>>) =>
    (result?.["response"] ?? {}) as Record<string, unknown>;
  const transaction = () =>
    signer.sign([
      {
        typeUrl: "/akash.provider.v1beta4.MsgCreateProvider",
        value: MsgCreateProvider.encode(
          MsgCreateProvider.fromPartial({ owner: signer.address, hostUri: "https://provider.example.com" }),
        ).finish(),
      },
    ]);
  const broadcast = (bytes: Uint8Array) =>
    call("broadcast_tx_sync", { tx: Buffer.from(bytes).toString("base64") });

  it("serves an independent client from connection to confirmed transaction", async () => {
    const wallet = await DirectSecp256k1Wallet.fromKey(signer.privateKey, "akash");
    const comet = await connectComet(url);
    assert.ok(comet instanceof Comet38Client);
    const client = await SigningStargateClient.createWithSigner(comet, wallet, {
      broadcastPollIntervalMs: 20,
    });
    assert.equal(await client.getChainId(), "scripted-1");
    assert.deepEqual(await client.getAllBalances(signer.address), [
      { denom: "uact", amount: "7" },
      { denom: "uakt", amount: "5000000" },
    ]);
    const message = {
      typeUrl: "/cosmos.bank.v1beta1.MsgSend",
      value: {
        fromAddress: signer.address,
        toAddress: friend.address,
        amount: [{ denom: "uakt", amount: "5" }],
      },
    };
    const gas = await client.simulate(signer.address, [message], "");
    const result = await client.signAndBroadcast(signer.address, [message], {
      amount: [{ denom: "uakt", amount: "1000" }],
      gas: String(Math.ceil(gas * 1.5)),
    });
    assert.equal(result.code, 0);
    assert.ok(await client.getTx(result.transactionHash));
    assert.equal((await client.getBlock(result.height)).txs.length, 1);
    assert.deepEqual(await client.getSequence(signer.address), { accountNumber: 0, sequence: 1 });
    assert.deepEqual(await client.getBalance(friend.address, "uakt"), { denom: "uakt", amount: "5" });
    client.disconnect();
  });

  it("sends new blocks over its websocket", async () => {
    const socket = new WebSocket(`${url.replace("http", "ws")}/websocket`);
    const heights: number[] = [];
    await new Promise<void>((resolve, reject) => {
      socket.onerror = () => reject(new Error("refused"));
      socket.onopen = () =>
        socket.send(
          '{"jsonrpc":"2.0","id":4,"method":"subscribe","params":{"query":"tm.event=\'NewBlock\'"}}',
        );
      socket.onmessage = ({ data }) => {
        const { id, result } = JSON.parse(String(data));
        assert.equal(id, 4);
        if (result.data === undefined) return;
        assert.equal(result.data.type, "tendermint/event/NewBlock");
        heights.push(Number(result.data.value.block.header.height));
        if (heights.length === 3) resolve();
      };
    });
    socket.close();
    assert.equal(heights[2], (heights[0] ?? 0) + 2);
  });

  it("answers queries of its own generation only", async () => {
    const data = Buffer.from(
      QueryCertificatesRequest.encode(
        QueryCertificatesRequest.fromPartial({ filter: { owner: signer.address } }),
      ).finish(),
    ).toString("hex");
    const own = await call("abci_query", { path: "/akash.cert.v1.Query/Certificates", data });
    assert.deepEqual(
      QueryCertificatesResponse.decode(Buffer.from(String(response(own)["value"]), "base64")).certificates,
      [],
    );
    const previous = await call("abci_query", { path: "/akash.cert.v1beta3.Query/Certificates", data });
    const { code, codespace, log } = response(previous);
    assert.deepEqual([code, codespace, log], [6, "sdk", "unknown query path: unknown request"]);
    assert.equal(chain.requests.get("abci_query"), 2);
    assert.equal(chain.requests.get("abci_query:/akash.cert.v1.Query/Certificates"), 1);
  });

  it("names its generation", async () => {
    const { result } = await call("akash");
    assert.deepEqual(result?.["client_info"], { api_version: "v1beta3" });
    assert.equal(result?.["chain_id"], "scripted-1");
  });

  it("finds a transaction by base64 in a body and by hex in a URL", async () => {
    const bytes = transaction();
    const { hash } = (await broadcast(bytes)).result as { hash: string };
    assert.match((await call("tx", { hash: "AAAA" })).error?.data ?? "", /^tx \(000000\) not found$/);
    chain.produceBlock();
    const found = await call("tx", { hash: Buffer.from(hash, "hex").toString("base64") });
    assert.equal(found.result?.["hash"], hash);
    const response = await fetch(`${url}/tx?hash=0x${hash}`);
    assert.equal(((await response.json()) as { result: { hash: string } }).result.hash, hash);
    const search = await call("tx_search", { query: `tx.hash='${hash}'` });
    assert.equal(search.result?.["total_count"], "1");
  });

  it("answers a repeated transaction with an RPC error", async () => {
    const bytes = transaction();
    await broadcast(bytes);
    assert.deepEqual((await broadcast(bytes)).error, {
      code: -32603,
      message: "Internal error",
      data: "tx already exists in cache",
    });
  });

  it("loses a broadcast or only its answer", async () => {
    chain.faults.loseBroadcasts = 1;
    await assert.rejects(broadcast(transaction()));
    chain.produceBlock();
    assert.equal(chain.transactions.length, 0);
    chain.faults.dropBroadcastAnswers = 1;
    await assert.rejects(broadcast(transaction()));
    chain.produceBlock();
    assert.equal(chain.transactions.length, 1);
  });

  it("lets another signer be faster", async () => {
    chain.faults.sequenceRaces = 1;
    assert.equal((await broadcast(transaction())).result?.["code"], 32);
  });

  it("fails as told and recovers", async () => {
    chain.faults.refuseConnections = true;
    await assert.rejects(call("status"));
    chain.heal();
    chain.faults.failMethods = { status: "node is on fire" };
    assert.equal((await call("status")).error?.data, "node is on fire");
    chain.heal();
    Object.assign(chain.faults, { catchingUp: true, lagSeconds: 60, reportedChainId: "other-1" });
    const client = await StargateClient.create(await connectComet(url));
    const { syncInfo, nodeInfo } = await (await Comet38Client.connect(url)).status();
    assert.equal(nodeInfo.network, "other-1");
    assert.equal(syncInfo.catchingUp, true);
    assert.ok(Date.now() - syncInfo.latestBlockTime.getTime() > 59_000);
    client.disconnect();
  });

  it("looks no transaction up without an index", async () => {
    chain.faults.txIndex = "off";
    const { hash } = (await broadcast(transaction())).result as { hash: string };
    chain.produceBlock();
    const answers = [call("tx", { hash }), call("tx_search", { query: `tx.hash='${hash}'` })];
    for (const { error } of await Promise.all(answers))
      assert.equal(error?.data, "transaction indexing is disabled");
  });

  it("has no websocket, or a silent one, or drops it", async () => {
    const open = (query = "tm.event='NewBlock'") =>
      new Promise<string>((resolve, reject) => {
        const socket = new WebSocket(`${url.replace("http", "ws")}/websocket`);
        socket.onopen = () =>
          socket.send(JSON.stringify({ jsonrpc: "2.0", id: 9, method: "subscribe", params: { query } }));
        socket.onerror = () => reject(new Error("refused"));
        socket.onclose = () => resolve("closed");
        socket.onmessage = ({ data }) => {
          if (String(data).includes("tendermint/event/NewBlock")) {
            resolve("block");
            socket.close();
          }
        };
        setTimeout(() => {
          resolve("silence");
          socket.close();
        }, 150);
      });
    assert.equal(await open(), "block");
    chain.faults.websocket = "silent";
    assert.equal(await open(), "silence");
    setTimeout(() => chain.closeWebsockets(), 50);
    assert.equal(await open(), "closed");
    chain.faults.websocket = "missing";
    await assert.rejects(open());
  });
});
