import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { isFree, settlePorts } from "../../../embedded/ports.ts";

const names = ["rpc", "grpc", "p2p"] as const;
const nobody = () => false;

describe("ports of the embedded services", () => {
  let folder: string;
  let file: string;
  let servers: Server[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "ports-"));
    file = join(folder, "ports.json");
    servers = [];
  });

  afterEach(() => {
    for (const server of servers) server.close();
    rmSync(folder, { recursive: true });
  });

  async function occupy(port: number, host = "127.0.0.1"): Promise<void> {
    const server = createServer().listen(port, host);
    servers.push(server);
    await once(server, "listening");
  }

  it("are free, all different, and below those of outgoing connections", async () => {
    const { ports, moved } = await settlePorts(file, names, nobody);
    const numbers = Object.values(ports);
    assert.equal(new Set(numbers).size, names.length);
    for (const port of numbers) {
      assert.ok(port >= 20_000 && port < 30_000);
      assert.equal(await isFree(port), true);
    }
    assert.deepEqual(moved, []);
  });

  it("stay the same after a restart", async () => {
    const first = await settlePorts(file, names, nobody);
    assert.deepEqual(await settlePorts(file, names, nobody), first);
  });

  it("move when another program took one, and only that one", async () => {
    const { ports } = await settlePorts(file, names, nobody);
    await occupy(ports.grpc);
    const after = await settlePorts(file, names, nobody);
    assert.deepEqual(after.moved, ["grpc"]);
    assert.notEqual(after.ports.grpc, ports.grpc);
    assert.deepEqual({ ...after.ports, grpc: ports.grpc }, ports);
    assert.deepEqual((await settlePorts(file, names, nobody)).ports, after.ports);
  });

  it("move when another program listens on every address", async () => {
    const { ports } = await settlePorts(file, names, nobody);
    await occupy(ports.rpc, "0.0.0.0");
    assert.deepEqual((await settlePorts(file, names, nobody)).moved, ["rpc"]);
  });

  it("stay when our own program listens on them", async () => {
    const { ports } = await settlePorts(file, names, nobody);
    await occupy(ports.rpc);
    const after = await settlePorts(file, names, (name) => name === "rpc");
    assert.deepEqual(after, { ports, moved: [] });
  });

  it("of a program that is new are added to those that are kept", async () => {
    const { ports } = await settlePorts(file, ["rpc"], nobody);
    assert.equal((await settlePorts(file, names, nobody)).ports.rpc, ports.rpc);
  });
});
