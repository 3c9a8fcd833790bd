import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, it } from "mocha";
import { stringify } from "yaml";
import { digestOfCrds, parseCrds, withoutDescriptions } from "../../../components/charts/crdDocuments.ts";
import { cachedCrds, ensureCrds } from "../../../components/charts/crds.ts";
import {
  ArtefactMissing,
  type ChartName,
  chartSource,
  pinOf,
  refuseOtherArchive,
} from "../../../components/charts/sources.ts";

const crd = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: things.example.com, labels: { a: b } }
spec:
  group: example.com
  versions:
    - name: v1
      schema:
        openAPIV3Schema:
          description: prose
          type: object
          properties:
            description: { description: prose, type: string }
            size: { description: prose, type: integer }
status: { conditions: [] }
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "charts-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("chartSource", () => {
  const names: readonly ChartName[] = [
    "cert-manager",
    "gpu-operator",
    "ingress-nginx",
    "nginx-gateway-fabric",
  ];

  it("has an official address with a version for each chart", () => {
    for (const name of names) {
      const { chart, version, kind } = chartSource(name, undefined, folder);
      assert.match(chart, /^(https|oci):\/\//);
      assert.ok(kind === "oci" ? version : chart.endsWith(".tgz"), name);
    }
  });

  it("prefers the archive in a mirror folder, then the unpacked chart", async () => {
    await mkdir(join(folder, "ingress-nginx"));
    assert.deepEqual(chartSource("ingress-nginx", folder), {
      kind: "mirror",
      chart: join(folder, "ingress-nginx"),
    });
    const archive = chartSource("ingress-nginx", undefined, folder).chart.split("/").at(-1) ?? "";
    await writeFile(join(folder, archive), "");
    assert.equal(chartSource("ingress-nginx", folder).chart, join(folder, archive));
  });

  it("refuses an archive of the mirror folder that is not the pinned one, and names both hashes", async () => {
    const archive = join(folder, "one.tgz");
    await writeFile(archive, "altered");
    const pinned = createHash("sha256").update("the publisher's").digest("hex");
    const actual = createHash("sha256").update("altered").digest("hex");
    assert.throws(
      () => refuseOtherArchive(archive, pinned),
      (error: unknown) =>
        error instanceof ArtefactMissing && error.message.includes(actual) && error.message.includes(pinned),
    );
    refuseOtherArchive(archive, actual);
    // Of most charts no hash is known.
    refuseOtherArchive(archive, undefined);
  });

  it("says what to put into a mirror that lacks it", () => {
    assert.throws(
      () => chartSource("cert-manager", folder),
      (error: unknown) =>
        error instanceof ArtefactMissing && /cert-manager-v[\d.]+\.tgz.*https:/s.test(error.message),
    );
  });
});

describe("CRD documents", () => {
  it("keep what the API server reads and lose prose, status and labels", async () => {
    const [document, ...rest] = await parseCrds(`${crd}\n---\nkind: ConfigMap\napiVersion: v1\n`);
    assert.deepEqual(rest, []);
    assert.deepEqual(document?.metadata, { name: "things.example.com" });
    const schema = {
      type: "object",
      properties: { description: { type: "string" }, size: { type: "integer" } },
    };
    assert.deepEqual(document?.spec["versions"], [{ name: "v1", schema: { openAPIV3Schema: schema } }]);
  });

  it("have a digest that ignores order and prose and sees everything else", async () => {
    const digest = digestOfCrds(await parseCrds(crd));
    assert.equal(digestOfCrds(await parseCrds(crd.replaceAll("prose", "other prose"))), digest);
    assert.notEqual(digestOfCrds(await parseCrds(crd.replace("integer", "number"))), digest);
    const [document] = await parseCrds(crd);
    assert.ok(document);
    const reordered = Object.fromEntries(Object.entries(document).reverse()) as unknown as typeof document;
    assert.equal(digestOfCrds([reordered]), digest);
  });

  it("keep every value that is not prose", () => {
    const leaves = fc.oneof(fc.integer(), fc.boolean(), fc.constant(null));
    fc.assert(
      fc.property(fc.dictionary(fc.string(), leaves, { noNullPrototype: true }), (value) => {
        assert.deepEqual(withoutDescriptions(value), value);
        assert.deepEqual(withoutDescriptions({ properties: { description: { type: "x" } }, ...value }), {
          properties: { description: { type: "x" } },
          ...value,
        });
      }),
    );
  });
});

describe("ensureCrds", () => {
  it("refuses a mirror's bundle that is not the pinned one, says why and leaves no cache", async () => {
    const mirror = join(folder, "mirror");
    const cacheRoot = join(folder, "cache");
    await mkdir(mirror);
    await writeFile(join(mirror, "gateway-api-v1.4.1.yaml"), crd);
    await assert.rejects(
      ensureCrds("gateway-api", { mirror, cacheRoot }),
      /mirror: its digest is .* not the pinned/,
    );
    assert.throws(() => cachedCrds("gateway-api", { cacheRoot }), ArtefactMissing);
    assert.deepEqual(await readdir(folder), ["mirror"]);
  });

  it("takes the pinned bundle from a mirror, in whatever form it is written, and then from the cache", async function () {
    this.timeout(60_000);
    const bundle = await ensureCrds("gateway-api").catch((error: Error) => {
      console.log(`      skipped: the Gateway API's CRDs could not be had: ${error.message}`);
      return this.skip();
    });
    const mirror = join(folder, "mirror");
    const cacheRoot = join(folder, "cache");
    await mkdir(mirror);
    const shuffled = [...bundle].reverse().map((document) => stringify(document));
    await writeFile(join(mirror, "gateway-api-v1.4.1.yaml"), shuffled.join("---\n"));
    assert.deepEqual(await ensureCrds("gateway-api", { mirror, cacheRoot }), bundle);
    await rm(mirror, { recursive: true });
    assert.deepEqual(await ensureCrds("gateway-api", { mirror, cacheRoot }), bundle);
  });

  it("takes the Go module where there is no release, and checks that, too", async () => {
    const { fetch } = globalThis;
    globalThis.fetch = () => Promise.reject(new Error("no route"));
    const asked: string[] = [];
    const fetchModule = async (module: string) => {
      asked.push(module);
      const path = join(folder, "module", pinOf("crds", "gateway-api").path ?? "");
      await mkdir(path, { recursive: true });
      await writeFile(join(path, "one.yaml"), crd);
      return join(folder, "module");
    };
    try {
      await assert.rejects(
        ensureCrds("gateway-api", { fetchModule, cacheRoot: join(folder, "cache") }),
        /release: no route; module: its digest is .* not the pinned/,
      );
    } finally {
      globalThis.fetch = fetch;
    }
    const { module, version } = pinOf("crds", "gateway-api");
    assert.deepEqual(asked, [`${module}@${version}`]);
  });

  it("names the file that a mirror lacks", async () => {
    await assert.rejects(
      ensureCrds("cert-manager", { mirror: folder, cacheRoot: join(folder, "cache") }),
      /cert-manager-v1\.19\.1\.yaml/,
    );
  });
});
