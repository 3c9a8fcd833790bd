import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { decode, encode } from "dns-packet";
import { afterEach, beforeEach, describe, it } from "mocha";
import { NameServerUnreachable } from "../../../components/dns/errors.ts";
import { handler, type Rfc2136Inputs } from "../../../components/dns/rfc2136Provider.ts";
import { placesVariable } from "../../../components/dynamic/places.ts";

const variable = "RFC2136_TEST_SECRET";
const updateOpcode = 5;
const refused = 5;

/** A name server that is gone: nothing listens at the port of the state. */
describe("records whose name server is not where it was", () => {
  const resource = handler();
  const { warn } = console;
  const state: Rfc2136Inputs = {
    server: "127.0.0.1",
    port: 1,
    zone: "example.test",
    keyName: "k",
    algorithm: "hmac-sha256",
    secretEnv: variable,
    records: { "provider.example.test": { type: "A", value: "203.0.113.9", ttl: 300 } },
  };
  let server: Server;
  let asked: string[];
  let warnings: string[];

  beforeEach(async () => {
    asked = [];
    warnings = [];
    process.env[variable] = "c2VjcmV0";
    console.warn = (text: string) => warnings.push(text);
    server = createServer((socket) =>
      socket.once("data", (data) => {
        const message = answerTo(data.subarray(2));
        const length = Buffer.alloc(2);
        length.writeUInt16BE(message.length);
        socket.end(Buffer.concat([length, message]));
      }),
    ).listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterEach(() => {
    console.warn = warn;
    server.close();
    for (const name of [variable, placesVariable]) delete process.env[name];
  });

  /** Knows one address, with which every question is answered, and refuses updates. */
  function answerTo(message: Buffer): Buffer {
    if (message.readUInt8(2) >> 3 === updateOpcode) {
      asked.push("an update");
      const refusal = Buffer.alloc(12);
      refusal.set([...message.subarray(0, 2), 0x80 | (updateOpcode << 3), refused]);
      return refusal;
    }
    const { id = 0, questions = [] } = decode(message);
    const [{ name = "" } = {}] = questions;
    asked.push(name);
    const answers = [{ type: "A", name, ttl: 60, data: "203.0.113.1" } as const];
    return encode({ type: "response", id, questions, answers });
  }
  const declare = (zone: string) => {
    const { port } = server.address() as AddressInfo;
    process.env[placesVariable] = JSON.stringify({ nameServer: { zone, server: "127.0.0.1", port } });
  };
  const read = async () => resource.read?.("id", state);

  it("are read where the zone is served now, and keep what the state says of the server", async () => {
    declare("example.test");
    const records = { "provider.example.test": { type: "A", value: "203.0.113.1", ttl: 60 } };
    assert.deepEqual((await read())?.inputs, { ...state, records });
    assert.deepEqual(asked, ["provider.example.test"]);
  });

  it("are not looked for at the server of another zone", async () => {
    declare("example.org");
    await assert.rejects(read, NameServerUnreachable);
    assert.deepEqual(asked, []);
  });

  it("are told by name, and let go, where nobody serves them any more", async () => {
    await resource.delete?.("id", state);
    const [warning = ""] = warnings;
    assert.equal(warnings.length, 1);
    assert.match(warning, /name server 127\.0\.0\.1:1 cannot be reached.*provider\.example\.test \(A\)/);
  });

  it("are asked to be removed where the zone is served now, whose refusal is not passed over", async () => {
    declare("example.test");
    await assert.rejects(async () => resource.delete?.("id", state), { name: "UpdateRefused" });
    assert.deepEqual([asked, warnings], [["an update"], []]);
  });
});
