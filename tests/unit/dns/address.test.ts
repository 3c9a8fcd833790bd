import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { afterEach, describe, it } from "mocha";
import {
  type AddressLookups,
  isCarrierAddress,
  isPrivateAddress,
  resolveAddress,
} from "../../../components/dns/address.ts";
import {
  askRouter,
  gatewayOfRoutes,
  lookUpPublicAddress,
  machineAddresses,
} from "../../../components/dns/lookups.ts";

function lookups(publicAddress?: string, wan?: string, ...local: string[]): AddressLookups {
  return {
    publicAddress: async () => publicAddress,
    localAddresses: () => local,
    wanAddress: async () => wan,
  };
}

const never: AddressLookups = {
  publicAddress: () => assert.fail("looked up"),
  localAddresses: () => ["192.168.1.5"],
  wanAddress: () => assert.fail("looked up"),
};

describe("resolveAddress", () => {
  it("believes what is declared, without asking anybody", async () => {
    const alias = { address: "cname:home.example.net", onMachine: false };
    assert.deepEqual(await resolveAddress("cname:home.example.net", never), alias);
    assert.deepEqual(await resolveAddress("203.0.113.9", never), {
      address: "203.0.113.9",
      onMachine: false,
    });
    const own = lookups(undefined, undefined, "203.0.113.9");
    assert.deepEqual(await resolveAddress("203.0.113.9", own), { address: "203.0.113.9", onMachine: true });
  });

  const cases: readonly [string, AddressLookups, string | undefined, boolean, string | undefined][] = [
    ["on the machine", lookups("203.0.113.9", undefined, "203.0.113.9"), "203.0.113.9", true, undefined],
    [
      "behind one router",
      lookups("203.0.113.9", "203.0.113.9", "192.168.1.5"),
      "203.0.113.9",
      false,
      undefined,
    ],
    [
      "behind a silent router",
      lookups("203.0.113.9", undefined, "192.168.1.5"),
      "203.0.113.9",
      false,
      undefined,
    ],
    [
      "with an overlay network",
      lookups("203.0.113.9", undefined, "192.168.1.5", "100.101.102.103"),
      "203.0.113.9",
      false,
      undefined,
    ],
    [
      "behind CGNAT, by the router",
      lookups("198.51.100.1", "100.70.1.2", "192.168.1.5"),
      "198.51.100.1",
      false,
      "carrier-nat",
    ],
    [
      "behind CGNAT, directly",
      lookups("198.51.100.1", undefined, "100.70.1.2"),
      "198.51.100.1",
      false,
      "carrier-nat",
    ],
    [
      "behind CGNAT with public nets",
      lookups("198.51.100.1", "203.0.113.77", "192.168.1.5"),
      "198.51.100.1",
      false,
      "carrier-nat",
    ],
    [
      "behind two routers",
      lookups("203.0.113.9", "192.168.0.2", "192.168.1.5"),
      "203.0.113.9",
      false,
      "double-nat",
    ],
    ["unknown", lookups(undefined, undefined, "192.168.1.5"), undefined, false, "unknown"],
  ];
  for (const [name, given, address, onMachine, problem] of cases) {
    it(name, async () => {
      const found = await resolveAddress("auto", given);
      assert.deepEqual([found.address, found.onMachine, found.problem], [address, onMachine, problem]);
      assert.equal(found.message === undefined, problem === undefined);
    });
  }
});

describe("address ranges", () => {
  it("knows 100.64.0.0/10 exactly, and tells it from private nets", () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const [first = 0, second = 0] = address.split(".").map(Number);
        assert.equal(isCarrierAddress(address), first === 100 && second >= 64 && second < 128);
        assert.ok(!(isCarrierAddress(address) && isPrivateAddress(address)));
      }),
    );
    for (const address of [
      "10.0.0.1",
      "172.31.255.1",
      "192.168.0.1",
      "169.254.1.1",
      "fd00::1",
      "::1",
      "fe80::1",
    ]) {
      assert.ok(isPrivateAddress(address), address);
    }
    for (const address of ["172.32.0.1", "8.8.8.8", "2001:db8::1", "not an address"]) {
      assert.ok(!isPrivateAddress(address), address);
    }
  });
});

describe("lookUpPublicAddress", () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  async function service(answer: string | undefined, status = 200): Promise<string> {
    const server = createServer((_request, response) => {
      if (answer !== undefined) response.writeHead(status).end(answer);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it("takes what two agree on and does not wait for the slow one", async () => {
    const urls = [await service("203.0.113.9\n"), await service(undefined), await service("203.0.113.9")];
    const started = Date.now();
    assert.equal(await lookUpPublicAddress(urls, 5000), "203.0.113.9");
    assert.ok(Date.now() - started < 2000);
  });

  it("takes the only answer, in the time limit", async () => {
    const urls = [
      await service("203.0.113.9"),
      await service(undefined),
      await service("<html>"),
      await service("1.2.3.4", 500),
    ];
    assert.equal(await lookUpPublicAddress(urls, 200), "203.0.113.9");
  });

  it("says nothing when they disagree or none answers", async () => {
    assert.equal(
      await lookUpPublicAddress([await service("203.0.113.9"), await service("203.0.113.8")]),
      undefined,
    );
    assert.equal(await lookUpPublicAddress([], 100), undefined);
  });
});

describe("what the machine knows", () => {
  it("lists addresses of its own interfaces only", () => {
    const entry = { netmask: "", mac: "", cidr: null };
    const v4 = { ...entry, family: "IPv4" as const };
    assert.deepEqual(
      machineAddresses({
        lo: [{ ...v4, address: "127.0.0.1", internal: true }],
        eth0: [
          { ...v4, address: "192.168.1.5", internal: false },
          { ...entry, family: "IPv6", address: "fe80::1", internal: false, scopeid: 2 },
        ],
      }),
      ["192.168.1.5"],
    );
  });

  it("finds the default gateway", () => {
    const head = "Iface\tDestination\tGateway\tFlags";
    assert.equal(
      gatewayOfRoutes(`${head}\neth0\t0001A8C0\t00000000\t1\neth0\t00000000\t0101A8C0\t3\n`),
      "192.168.1.1",
    );
    assert.equal(gatewayOfRoutes(head), undefined);
  });

  it("asks the router for its outer address, and takes silence or a refusal for none", async () => {
    const router = createSocket("udp4");
    const answers = [
      Buffer.from([0, 128, 0, 0, 0, 0, 0, 1, 203, 0, 113, 9]),
      Buffer.from([0, 128, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0]),
      undefined,
    ];
    router.on("message", (_request, from) => {
      const answer = answers.shift();
      if (answer !== undefined) router.send(answer, from.port, from.address);
    });
    await new Promise<void>((resolve) => router.bind(0, "127.0.0.1", resolve));
    const { port } = router.address();
    assert.equal(await askRouter("127.0.0.1", port, 1000), "203.0.113.9");
    assert.equal(await askRouter("127.0.0.1", port, 1000), undefined);
    assert.equal(await askRouter("127.0.0.1", port, 50), undefined);
    router.close();
  });
});
