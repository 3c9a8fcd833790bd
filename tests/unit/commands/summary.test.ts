import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { describe, it } from "mocha";
import type { EngineEvent } from "../../../commands/engineEvents.ts";
import type { Stack } from "../../../commands/stack.ts";
import { describeSite, type SiteOutputs } from "../../../commands/summary.ts";

const outputs: SiteOutputs = {
  site: "garage",
  owner: "akash1gaedjhwszsn9ta9qxyakfqcnjsk9egz9cwl0u5",
  hostUri: "https://provider.example.com:8443",
  network: { chainId: "akashnet-2", generation: "v2", rpc: "https://rpc.example.com:443" },
  registration: { attributes: {}, txHash: "0ACDE404", height: 21_000_000 },
  certificate: { serial: "1", notAfter: "2027-11-21T20:00:00.000Z", state: "valid" },
  dns: [],
  gpu: { allocatable: 1, models: ["rtx5090"] },
  isolation: "private-and-shared",
  endpoints: {},
  balance: { uakt: "1000000000000" },
};
const site = { provider: {}, dns: { provider: "manual" } };
const dev = { name: "dev", file: "Pulumi.dev.yaml", site, embedded: true } as Stack;
const garage = { ...dev, name: "garage", file: "Pulumi.garage.yaml", embedded: false } as Stack;
const plain = (stack: Stack, changes: Partial<SiteOutputs> = {}) =>
  stripVTControlCharacters(describeSite({ stack, outputs: { ...outputs, ...changes }, seconds: 33 }));

describe("the summary of a site", () => {
  const node = { host: "192.168.100.200", role: "server", k3s: "v1.34.3+k3s1", driver: "580.95.05" };
  const record = { type: "CNAME", value: "garage.dyndns.example.net" };
  const problem =
    "garage-node-1: the driver is there and not loaded, so its cards are not offered. Run `up` again.";
  const unverified = "does not exist yet";

  for (const isolation of ["private-and-shared", "private"] as const) {
    for (const stack of [dev, garage]) {
      it(`of ${stack.name} fits into 80 columns where leases are kept from ${isolation} networks`, () => {
        const text = plain(stack, {
          isolation,
          nodes: [1, 2].map((index) => ({ ...node, node: `garage-node-${index}` })),
          gpu: {
            allocatable: 8,
            models: ["rtx5090", "h100", "a100", "rtxpro6000"],
            problems: [problem, problem],
          },
          dns: ["provider.example.com", "*.ingress.example.com"].map((name) => ({
            ...record,
            name,
            unverified,
          })),
        });
        const lines = text.split("\n");
        assert.ok(lines.some((line) => line.includes(outputs.hostUri)));
        assert.deepEqual(
          lines.filter((line) => line.length > 80),
          [],
        );
      });
    }
  }

  it("has what to do next in two columns, however long the commands are", () => {
    for (const stack of [dev, garage]) {
      const steps = plain(stack)
        .split("\n")
        .filter((line) => line.startsWith("  npm run"));
      assert.equal(steps.length, stack.embedded ? 6 : 5);
      assert.equal(
        new Set(steps.map((line) => /^ {2}\S.*? {2,}/.exec(line)?.[0].length)).size,
        1,
        steps.join("\n"),
      );
    }
  });

  it("names what runs, and the operator for IP leases where there is one", () => {
    assert.match(plain(garage), /^ {2}Running +provider; operators: hostname, inventory$/m);
    const leased = { ...garage, site: { ...site, provider: { ipLeases: {} } } } as Stack;
    assert.match(plain(leased), /operators: hostname, inventory, IP$/m);
  });

  it("lists the records that are still to be made, and says nothing of those that are", () => {
    const made = { ...record, name: "provider.example.com" };
    const missing = { ...record, name: "*.ingress.example.com", unverified };
    const text = plain(garage, { dns: [made, missing] });
    assert.match(
      text,
      /DNS records to make.*:\n {2}\*\.ingress\.example\.com.*\n {4}\(does not exist yet\)\n\n/,
    );
    assert.ok(!text.includes("  provider.example.com"));
    assert.ok(!plain(garage, { dns: [made] }).includes("DNS records"));
    assert.ok(!plain(dev, { dns: [{ ...made, unverified }] }).includes("DNS records"));
  });

  it("names each GPU that is there and not advertised", () => {
    const short = "node-1: the driver is missing. Run `up` again.";
    const text = plain(dev, { gpu: { allocatable: 0, models: [], problems: [short, problem] } });
    assert.match(text, /GPUs +none/);
    assert.ok(text.includes(`! ${short}\n! garage-node-1: `));
  });

  describe("that got its GPU operator in this run", () => {
    const priced = { ...site, pricing: { gpu: { rtx5090: 120, "a100.80Gi.pcie": 300, "a100.40Gi": 200 } } };
    const pricing = { ...garage, site: priced } as unknown as Stack;
    const release = (op: string, name = "garage-gpu-operator"): EngineEvent => {
      const type = "kubernetes:helm.sh/v3:Release";
      const urn = `urn:pulumi:garage::pulumi-akash::akash:site:ProviderSite$${type}::${name}`;
      return { resOutputsEvent: { metadata: { op, urn, type, old: null, new: null } } };
    };
    const said = (events: EngineEvent[], models: string[], stack = pricing) => {
      const gpu = { allocatable: models.length, models };
      const text = describeSite({ stack, outputs: { ...outputs, gpu }, seconds: 3, events });
      const warning = /^! .*(\n {2}.*)*/m.exec(stripVTControlCharacters(text))?.[0];
      return warning?.replaceAll("\n  ", " ");
    };

    it("says which GPUs the next run will find", () => {
      assert.equal(
        said([release("create")], ["rtx5090"]),
        "! The nodes were read before this run installed the GPU operator, so these GPUs are not advertised yet: a100. Run `npm run up -- -s garage` again in a few minutes.",
      );
    });

    it("says nothing where they are found, the operator was there, or the machines are the site's own", () => {
      assert.equal(said([release("create")], ["a100", "rtx5090"]), undefined);
      assert.equal(said([release("update"), release("create", "garage-ngf")], []), undefined);
      const own = { ...pricing, site: { ...priced, nodes: [] } } as unknown as Stack;
      assert.equal(said([release("create")], [], own), undefined);
    });
  });
});
