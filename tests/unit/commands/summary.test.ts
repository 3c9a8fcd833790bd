import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { describe, it } from "mocha";
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
});
