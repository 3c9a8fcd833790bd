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
const dev = { name: "dev", file: "Pulumi.dev.yaml", site: {}, embedded: true } as Stack;

describe("the summary of a site", () => {
  for (const isolation of ["private-and-shared", "private"] as const) {
    it(`fits into 80 columns where leases are kept from ${isolation} networks`, () => {
      const text = describeSite({ stack: dev, outputs: { ...outputs, isolation }, seconds: 33 });
      const lines = stripVTControlCharacters(text).split("\n");
      assert.ok(lines.some((line) => line.includes(outputs.hostUri)));
      assert.deepEqual(
        lines.filter((line) => line.length > 80),
        [],
      );
    });
  }

  it("names each GPU that is there and not advertised", () => {
    const problem = "node-1: the driver is missing. Run `up` again.";
    const gpu = { allocatable: 0, models: [], problems: [problem] };
    const text = stripVTControlCharacters(
      describeSite({ stack: dev, outputs: { ...outputs, gpu }, seconds: 3 }),
    );
    assert.match(text, /GPUs +none/);
    assert.ok(text.includes(`! ${problem}`));
  });

  describe("that got its GPU operator in this run", () => {
    const site = { pricing: { gpu: { rtx5090: 120, "a100.80Gi.pcie": 300, "a100.40Gi": 200 } } };
    const garage = { name: "garage", file: "Pulumi.garage.yaml", site, embedded: false } as unknown as Stack;
    const release = (op: string, name = "garage-gpu-operator"): EngineEvent => {
      const type = "kubernetes:helm.sh/v3:Release";
      const urn = `urn:pulumi:garage::pulumi-akash::akash:site:ProviderSite$${type}::${name}`;
      return { resOutputsEvent: { metadata: { op, urn, type, old: null, new: null } } };
    };
    const said = (events: EngineEvent[], models: string[], stack = garage) => {
      const gpu = { allocatable: models.length, models };
      const manual = { ...stack, site: { ...stack.site, dns: { provider: "cloudflare" } } } as Stack;
      const text = describeSite({ stack: manual, outputs: { ...outputs, gpu }, seconds: 3, events });
      return stripVTControlCharacters(text)
        .split("\n")
        .filter((line) => line.startsWith("! "));
    };

    it("says which GPUs the next run will find", () => {
      assert.deepEqual(said([release("create")], ["rtx5090"]), [
        "! The nodes were read before this run installed the GPU operator, so these GPUs are not advertised yet: a100. Run `npm run up -- -s garage` again in a few minutes.",
      ]);
    });

    it("says nothing where they are found, the operator was there, or the machines are the site's own", () => {
      assert.deepEqual(said([release("create")], ["a100", "rtx5090"]), []);
      assert.deepEqual(said([release("update"), release("create", "garage-ngf")], []), []);
      const own = { ...garage, site: { ...site, nodes: [] } } as unknown as Stack;
      assert.deepEqual(said([release("create")], [], own), []);
    });
  });
});
