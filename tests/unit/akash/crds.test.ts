import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { parseAllDocuments } from "yaml";
import { CRDS } from "../../../components/akash/crds/definitions.ts";
import { providerModule } from "./providerModule.ts";

interface Upstream {
  readonly metadata: { readonly name: string };
}

describe("Akash custom resource definitions", () => {
  it("equal those of the provider module at the pinned version", async function () {
    this.timeout(60_000);
    const module = await providerModule();
    if (module === undefined) return this.skip();
    const text = module.read("pkg/apis/akash.network/crd.yaml");
    const upstream = parseAllDocuments(text).map((document) => document.toJS() as Upstream);
    const ours = CRDS.map((crd) => ({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      ...crd,
    }));
    assert.deepEqual(byName(ours), byName(upstream));
  });

  it("store exactly one version and serve it", () => {
    for (const crd of CRDS) {
      const stored = crd.spec.versions.filter((version) => version.storage);
      assert.deepEqual(
        stored.map((version) => [version.name, version.served]),
        [["v2beta2", true]],
        crd.metadata.name,
      );
    }
  });
});

function byName<T extends Upstream>(crds: readonly T[]): readonly T[] {
  return crds.toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name));
}
