import assert from "node:assert/strict";
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { pinOf } from "../../../components/charts/sources.ts";
import { declaredObjects, type KubernetesObject } from "../akash/declared.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");

/** Every namespace that a component makes has a quota, or a reason for none. */
describe("namespaces of a site", function () {
  this.timeout(30_000);
  const folder = mkdtempSync(join(tmpdir(), "pulumi-akash-quotas-"));
  const cache = process.env["PULUMI_AKASH_CACHE"];
  let objects: readonly KubernetesObject[];

  before(async () => {
    mkdirSync(join(folder, "crds"));
    writeFileSync(join(folder, "crds", `rook-${pinOf("crds", "rook").version}.json`), "[]");
    process.env["PULUMI_AKASH_CACHE"] = folder;
    objects = await declaredObjects(async () => {
      const { AkashNamespaces } = await import("../../../components/akash/index.ts");
      const { DynamicAddress } = await import("../../../components/dns/DynamicAddress.ts");
      const { GpuSupport } = await import("../../../components/gpu/index.ts");
      const { ClassicIngress, GatewayIngress } = await import("../../../components/ingress/index.ts");
      const { RookCeph } = await import("../../../components/storage/RookCeph.ts");
      new AkashNamespaces("akash");
      new GatewayIngress("gateway", { domain: "example.com", crds: "existing" });
      new ClassicIngress("classic", { domain: "example.com" });
      new GpuSupport("gpu", { operator: "chart" });
      new RookCeph("ceph", { disks: [] });
      new DynamicAddress("dns", { cluster: { kubeconfigPath: "none" }, zoneId: "zone", recordIds: [] });
    });
  });
  after(() => {
    if (cache === undefined) delete process.env["PULUMI_AKASH_CACHE"];
    else process.env["PULUMI_AKASH_CACHE"] = cache;
    rmSync(folder, { recursive: true, force: true });
  });

  const made = () => objects.filter(({ kind }) => kind === "Namespace").map(({ metadata }) => metadata.name);

  it("are bounded, or the page on architecture says why not", () => {
    const bounded = objects
      .filter(({ kind }) => kind === "ResourceQuota")
      .map(({ metadata }) => metadata.namespace ?? "");
    const page = readFileSync(join(ROOT, "docs/architecture.md"), "utf8");
    const [, section = ""] = /^## What may use how much$([\s\S]*?)^## /m.exec(page) ?? [];
    const unbounded = [...section.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name = ""]) => name);
    assert.deepEqual([...bounded, ...unbounded].toSorted(), [...new Set(made())].toSorted());
  });

  it("are made by no component that is not looked at here", () => {
    const sources = globSync("components/**/*.ts", { cwd: ROOT });
    const makers = sources.filter((file) =>
      readFileSync(join(ROOT, file), "utf8").includes("new Namespace("),
    );
    assert.deepEqual(makers.map((file) => file.split("/").slice(1).join("/")).toSorted(), [
      "akash/AkashNamespaces.ts",
      "dns/DynamicAddress.ts",
      "gpu/GpuSupport.ts",
      "ingress/ClassicIngress.ts",
      "ingress/GatewayFabric.ts",
      "ingress/GatewayIngress.ts",
      "ingress/SiteTls.ts",
      "storage/RookCeph.ts",
    ]);
  });
});
