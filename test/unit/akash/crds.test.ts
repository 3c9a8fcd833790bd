import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "mocha";
import { parseAllDocuments } from "yaml";
import { CRDS } from "../../../components/akash/crds/definitions.ts";
import { PROVIDER_VERSION } from "../../../components/akash/versions.ts";

interface Upstream {
  readonly metadata: { readonly name: string };
}

describe("Akash custom resource definitions", () => {
  it("equal those of the provider module at the pinned version", function () {
    this.timeout(60_000);
    const folder = moduleFolder();
    if (folder === undefined) {
      console.log(
        `    not compared: provider module ${PROVIDER_VERSION} cannot be had (Go or its proxy is missing)`,
      );
      this.skip();
    }
    const text = readFileSync(join(folder, "pkg/apis/akash.network/crd.yaml"), "utf8");
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

/** Folder of the provider module, from Go's module cache or its proxy. */
function moduleFolder(): string | undefined {
  try {
    const answer = execFileSync(
      "go",
      ["mod", "download", "-json", `github.com/akash-network/provider@v${PROVIDER_VERSION}`],
      { cwd: tmpdir(), encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
    );
    return (JSON.parse(answer) as { readonly Dir: string }).Dir;
  } catch {
    return undefined;
  }
}
