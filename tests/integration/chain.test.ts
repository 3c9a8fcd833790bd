import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import {
  checkWebsocket,
  InsufficientFunds,
  type NetworkConfig,
  NoUsableEndpoint,
  openChain,
  submit,
  TransactionRefused,
} from "../../components/chain/index.ts";
import { handler } from "../../components/chain/registrationProvider.ts";
import { createProviderKey } from "../../components/wallet/providerKey.ts";
import {
  chains,
  makeFolder,
  makeWallet,
  recordOf,
  registrationProgram,
  removeFolder,
  runProcess,
  startFaultyEndpoint,
  type TestChain,
  type TestWallet,
  transactionsOf,
} from "./chainSupport.ts";

/** What is declared of a registration in these tests. */
function declared(network: NetworkConfig, { address, source }: TestWallet) {
  return {
    network,
    wallet: source,
    owner: address,
    hostUri: "https://provider.example.com:8443",
    attributes: { "location-region": "us-west", tier: "community" },
    contact: { email: "ops@example.com", website: "" },
  };
}

for (const { name, generation, start } of chains) {
  describe(`signing on ${name}`, function () {
    this.timeout(120_000);
    let folder: string;
    let chain: TestChain;
    let network: NetworkConfig;

    before(async () => {
      folder = makeFolder();
      process.env["PULUMI_AKASH_STATE"] = join(folder, "state");
      chain = await start(folder);
      network = chain.network;
    });

    after(async () => {
      await chain?.stop();
      delete process.env["PULUMI_AKASH_STATE"];
      removeFolder(folder);
    });

    /** Nothing is left of a run: no lock, no journal, not even the folder. */
    const assertTidy = () => assert.ok(!existsSync(join(folder, "state")), "the signing state is empty");

    it("finds the generation and an empty record", async () => {
      const client = await openChain(network);
      assert.equal(client.generation, generation);
      const { address } = chain.nextWallet();
      assert.equal(await client.provider(address), undefined);
      assert.deepEqual(await client.certificates(address), []);
      assert.deepEqual(await client.auditors(address), []);
      assert.deepEqual(await client.balances(address), { uakt: 5_000_000n });
    });

    it("registers a provider and its certificate in one transaction", async () => {
      const { address, source, wallet } = chain.nextWallet();
      const started = Date.now();
      const receipts = await Promise.all([
        submit(network, source, async () => [{ type: "createProvider", record: recordOf(address) }]),
        submit(network, source, async () => {
          const { certificatePem, publicKeyPem } = await createProviderKey(wallet, {
            host: "provider.example.com",
          });
          return [{ type: "createCertificate", owner: address, certificatePem, publicKeyPem }];
        }),
      ]);
      console.log(`      from wallet to registered and certified: ${Date.now() - started} ms`);
      assert.deepEqual(receipts[0], receipts[1]);
      assert.equal(await transactionsOf(network, address), 1);
      const client = await openChain(network);
      assert.deepEqual(await client.provider(address), recordOf(address));
      const [certificate, ...others] = await client.certificates(address);
      assert.equal(certificate?.state, "valid");
      assert.deepEqual(others, []);
      assertTidy();
    });

    it("sends nothing when nothing is missing", async () => {
      const { address, source } = chain.nextWallet();
      assert.equal(await submit(network, source, async () => []), undefined);
      assert.equal(await transactionsOf(network, address), 0);
      assertTidy();
    });

    it("fails only the caller whose builder or message fails", async () => {
      const { address, source } = chain.nextWallet();
      const outcomes = await Promise.allSettled([
        submit(network, source, async () => [{ type: "revokeCertificate", owner: address, serial: "5" }]),
        submit(network, source, async () => {
          throw new Error("no key");
        }),
        submit(network, source, async () => [{ type: "createProvider", record: recordOf(address) }]),
      ]);
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        ["rejected", "rejected", "fulfilled"],
      );
      const [refused] = outcomes;
      assert.ok(refused?.status === "rejected" && refused.reason instanceof TransactionRefused);
      assert.deepEqual([refused.reason.codespace, refused.reason.code], ["cert", 1]);
      assert.equal(await transactionsOf(network, address), 1);
    });

    it("names what a chain refuses, with module, code and remedy", async () => {
      const { address, source } = chain.nextWallet();
      const create = () =>
        submit(network, source, async () => [{ type: "createProvider", record: recordOf(address) }]);
      await create();
      await assert.rejects(create(), (error) => {
        assert.ok(error instanceof TransactionRefused);
        assert.deepEqual([error.codespace, error.code, error.messageIndex], ["provider", 4, 0]);
        assert.match(error.message, /adopts and updates/);
        return true;
      });
      assert.equal(await transactionsOf(network, address), 1);
    });

    it("finds an empty wallet before it signs, and says what to send where", async () => {
      const { address, source } = await makeWallet(join(folder, "empty"));
      const registering = submit(network, source, async () => [
        { type: "createProvider", record: recordOf(address) },
      ]);
      await assert.rejects(registering, (error) => {
        assert.ok(error instanceof InsufficientFunds);
        assert.equal(error.available, 0n);
        assert.ok(error.message.includes(address));
        return true;
      });
      assertTidy();
    });

    it("sends once when the answer to a broadcast is lost", async () => {
      const { address, source } = chain.nextWallet();
      const endpoint = await startFaultyEndpoint(network.rpc[0] ?? "");
      endpoint.loseAnswers.push("broadcast_tx_sync");
      const behind = { ...network, rpc: [endpoint.url] };
      await submit(behind, source, async () => [{ type: "createProvider", record: recordOf(address) }]);
      assert.equal(endpoint.requests.filter((method) => method === "broadcast_tx_sync").length, 2);
      assert.equal(await transactionsOf(network, address), 1);
      endpoint.close();
      assertTidy();
    });

    it("moves on to the next endpoint when one dies in mid-run", async () => {
      const { address, source } = chain.nextWallet();
      const dying = await startFaultyEndpoint(network.rpc[0] ?? "");
      const both = { ...network, rpc: [dying.url, ...network.rpc] };
      const client = await openChain(both);
      assert.equal(client.endpoint, dying.url);
      await submit(both, source, async () => {
        dying.dead = true;
        return [{ type: "createProvider", record: recordOf(address) }];
      });
      assert.equal(client.endpoint, network.rpc[0]);
      assert.equal(await transactionsOf(network, address), 1);
      dying.close();
    });

    it("names every endpoint it cannot use, with the reason", async () => {
      const dead = await startFaultyEndpoint(network.rpc[0] ?? "");
      dead.dead = true;
      const wrong = { ...network, chainId: "akashnet-2", rpc: [dead.url, ...network.rpc] };
      await assert.rejects(openChain(wrong), (error) => {
        assert.ok(error instanceof NoUsableEndpoint);
        const [first, second] = error.failures;
        assert.match(first?.reason ?? "", /the connection failed/);
        assert.equal(second?.reason, `it serves chain ${network.chainId}, not akashnet-2`);
        return true;
      });
      dead.close();
    });

    it("receives a block over the websocket, and names an endpoint without one", async () => {
      const [rpc = ""] = network.rpc;
      assert.equal(await checkWebsocket(rpc), undefined);
      const without = await startFaultyEndpoint(rpc);
      const failure = await checkWebsocket(without.url, 3_000);
      assert.match(failure?.remedy ?? "", /client is not running\. Use \.Start\(\)/);
      const both = { ...network, rpc: [without.url, rpc] };
      assert.equal((await openChain(both)).endpoint, without.url);
      assert.equal((await openChain(both, { websocket: true })).endpoint, rpc);
      without.close();
    });

    it("serves two processes at once on one wallet, one after the other", async () => {
      const owner = chain.nextWallet();
      const program = registrationProgram(declared(network, owner));
      const runs = await Promise.all([runProcess(program, {}), runProcess(program, {})]);
      const hashes = runs.map(({ output }) => (JSON.parse(output) as { txHash: string }).txHash);
      assert.equal(hashes.filter((hash) => hash === "").length, 1, "one registered, the other adopted");
      assert.equal(await transactionsOf(network, owner.address), 1);
      assertTidy();
    });

    for (const [point, left] of [
      ["before-signing", 0],
      ["after-broadcast", 1],
      ["before-state", 0],
    ] as const) {
      it(`heals after kill -9 ${point}, with one transaction in all`, async () => {
        const owner = chain.nextWallet();
        const program = registrationProgram(declared(network, owner));
        const killed = await runProcess(program, { PULUMI_AKASH_FAULT: point });
        assert.equal(killed.signal, "SIGKILL", killed.output);
        const journals = existsSync(join(folder, "state"))
          ? readdirSync(join(folder, "state")).filter((file) => file.endsWith(".json"))
          : [];
        assert.equal(journals.length, left);
        const next = await runProcess(program, {});
        assert.equal(next.signal, null);
        const { txHash } = JSON.parse(next.output) as { txHash: string };
        if (point === "after-broadcast") assert.match(txHash, /^[0-9A-F]{64}$/, "the recovered transaction");
        assert.equal(await transactionsOf(network, owner.address), 1);
        assertTidy();
      });
    }

    it("costs the chain at most 10 requests for reading a site back", async () => {
      const { address } = chain.nextWallet();
      const counted = await startFaultyEndpoint(network.rpc[0] ?? "");
      const client = await openChain({ ...network, rpc: [counted.url] });
      await Promise.all([client.provider(address), client.certificates(address), client.balances(address)]);
      assert.ok(counted.requests.length <= 5, counted.requests.join(", "));
      counted.close();
    });

    it("keeps a registration: adopts, reads drift by field, repairs, and leaves the record", async () => {
      const owner = chain.nextWallet();
      const inputs = declared(network, owner);
      const registration = handler();
      const { id, outs: state } = await registration.create(inputs);
      assert.equal(id, owner.address);
      assert.match(state.txHash, /^[0-9A-F]{64}$/);

      const adopted = await registration.create(inputs);
      assert.equal(adopted.outs.txHash, "", "the same record is adopted as it stands");
      assert.equal(await transactionsOf(network, owner.address), 1);

      const byHand = recordOf(owner.address, { attributes: [{ key: "location-region", value: "eu" }] });
      await submit(network, owner.source, async () => [{ type: "updateProvider", record: byHand }]);
      const observed = await registration.read?.(id, state);
      assert.deepEqual(observed?.inputs?.attributes, { "location-region": "eu" });
      assert.equal(observed?.props?.txHash, state.txHash);
      const drift = await registration.diff?.(id, observed?.props, inputs);
      assert.deepEqual(drift, { changes: true, replaces: [] });

      const repaired = await registration.update?.(id, observed?.props, inputs);
      assert.notEqual(repaired?.outs?.txHash, state.txHash);
      const settled = await registration.read?.(id, repaired?.outs);
      assert.deepEqual(await registration.diff?.(id, settled?.props, inputs), {
        changes: false,
        replaces: [],
      });

      await registration.delete?.(id, settled?.props);
      const client = await openChain(network);
      assert.equal((await client.provider(owner.address))?.hostUri, inputs.hostUri);
    });

    it("refuses a wallet that is not the owner's, and says which is which", async () => {
      const [owner, other] = [chain.nextWallet(), chain.nextWallet()];
      const creating = handler().create({ ...declared(network, owner), wallet: other.source });
      await assert.rejects(creating, (error: Error) => {
        assert.ok(error.message.includes(owner.address) && error.message.includes(other.address));
        return true;
      });
    });
  });
}
