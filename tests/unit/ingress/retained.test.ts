import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ResourceTransformation } from "@pulumi/pulumi";
import { after, before, describe, it } from "mocha";
import { pinOf } from "../../../components/charts/sources.ts";
import type { IngressArgs } from "../../../components/ingress/args.ts";
import { declaredObjects } from "../akash/declared.ts";

/** What of the two ways in outlives them. */
describe("what an ingress leaves behind", function () {
  this.timeout(30_000);
  const folder = mkdtempSync(join(tmpdir(), "pulumi-akash-retained-"));
  const cache = process.env["PULUMI_AKASH_CACHE"];

  before(() => {
    const definition = { metadata: { name: "gateways.gateway.networking.k8s.io" }, spec: {} };
    mkdirSync(join(folder, "crds"));
    const { version } = pinOf("crds", "gateway-api");
    writeFileSync(join(folder, "crds", `gateway-api-${version}.json`), JSON.stringify([definition]));
    process.env["PULUMI_AKASH_CACHE"] = folder;
  });
  after(() => {
    if (cache === undefined) delete process.env["PULUMI_AKASH_CACHE"];
    else process.env["PULUMI_AKASH_CACHE"] = cache;
    rmSync(folder, { recursive: true, force: true });
  });

  async function retained(args: Pick<IngressArgs, "controller" | "retain">): Promise<string[]> {
    const kept: string[] = [];
    const look: ResourceTransformation = ({ name, opts }) => {
      if ((opts as { retainOnDelete?: boolean }).retainOnDelete === true) kept.push(name);
      return undefined;
    };
    await declaredObjects(async () => {
      const { ClassicIngress, GatewayIngress } = await import("../../../components/ingress/index.ts");
      const options = { transformations: [look] };
      new ClassicIngress("classic", { domain: "example.com", ...args }, options);
      new GatewayIngress("gateway", { domain: "example.com", ...args }, options);
    });
    return kept.toSorted();
  }

  it("is the definitions, and what somebody else's controller stands on", async () => {
    assert.deepEqual(await retained({ controller: "chart" }), ["gateway-crds-gateways"]);
    assert.deepEqual(await retained({ controller: "none" }), [
      "classic-class",
      "classic-namespace",
      "gateway-crds-gateways",
      "gateway-namespace",
    ]);
  });

  it("is nothing on a throwaway cluster", async () => {
    assert.deepEqual(await retained({ controller: "none", retain: false }), []);
    assert.deepEqual(await retained({ controller: "chart", retain: false }), []);
  });
});
