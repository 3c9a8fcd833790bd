import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, type Context, describe, it } from "mocha";
import { gpusOnBus } from "../../components/gpu/bus.ts";
import { commonModels } from "../../components/gpu/commonModels.ts";
import { devicesOf, driverFactsSchema } from "../../components/gpu/driverFacts.ts";
import { parseNvidiaSmi } from "../../components/gpu/nvidiaSmi.ts";
import { LocalExecutor } from "../../components/hosts/local.ts";
import { hostScript } from "../../components/hosts/script.ts";
import { Session } from "../../components/hosts/session.ts";
import { run } from "../support/hosts/run.ts";

const BUS = "/sys/bus/pci/devices";

/** NVIDIA's display devices as the kernel shows them: `0000:01:00.0 10de:2b85`. */
function cardsHere(): string[] {
  if (!existsSync(BUS)) return [];
  return readdirSync(BUS)
    .map((slot) => {
      const read = (name: string) =>
        readFileSync(join(BUS, slot, name), "utf8")
          .trim()
          .replace(/^0x/, "");
      return { slot, vendor: read("vendor"), device: read("device"), deviceClass: read("class") };
    })
    .filter(({ vendor, deviceClass }) => vendor === "10de" && deviceClass.startsWith("03"))
    .map(({ slot, vendor, device }) => `${slot} ${vendor}:${device}`)
    .sort();
}

/** What the GPUs' script reads, as whoever runs the tests. */
function factsHere() {
  const script = hostScript("gpu/scripts/facts.sh", {
    step: "look at its GPUs",
    facts: driverFactsSchema,
    readOnly: true,
  });
  const here = new Session(new LocalExecutor(undefined, true));
  return here.script(script, { k3sDataDir: "/var/lib/rancher/k3s" });
}

function skip(context: Context, reason: string): never {
  process.stdout.write(`      skipped: ${reason}\n`);
  context.skip();
}

describe("a real NVIDIA card in this machine", function () {
  this.timeout(120_000);
  const cards = cardsHere();

  before(function () {
    if (cards.length === 0) skip(this, "No NVIDIA display device is on this machine's PCI bus.");
  });

  const found = async () =>
    gpusOnBus(devicesOf(await factsHere()), commonModels)
      .filter(({ vendor }) => vendor === "nvidia")
      .map(({ slot, id }) => `${slot} ${id}`)
      .sort();

  it("is found on the bus, each by slot and id", async () => {
    assert.deepEqual(await found(), cards);
  });

  it("is what its driver says", async function () {
    const { code, stdout } = await run("nvidia-smi", ["-q", "-x"]).catch(() => ({ code: 127, stdout: "" }));
    if (code === 127) skip(this, "There is a card, but no nvidia-smi to compare with.");
    assert.equal(code, 0, stdout);
    const report = parseNvidiaSmi(stdout);
    assert.equal((await factsHere()).loaded, report.driver);
    // The driver's domains have eight digits: `00000000:01:00.0`.
    const slots = [...stdout.matchAll(/<gpu id="[0-9a-f]{4}([^"]+)">/gi)].map(([, slot = ""]) => slot);
    assert.equal(slots.length, report.gpus.length);
    const seen = report.gpus.map(({ id }, index) => `${slots[index]?.toLowerCase()} ${id}`).sort();
    // A container may show a bus with more cards than it was given.
    const given = new Set(seen);
    assert.deepEqual(
      (await found()).filter((card) => given.has(card)),
      seen,
    );
  });
});
