import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { followKubeconfig } from "../../../commands/movedKubeconfig.ts";

const kubernetes = "pulumi:providers:kubernetes";
const text = "apiVersion: v1\nkind: Config\n";

describe("a removal after the kubeconfig has moved", () => {
  let folder: string;
  let declared: string;
  let other: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-akash-moved-"));
    declared = join(folder, "new");
    other = join(folder, "other");
    for (const file of [declared, other]) writeFileSync(file, text);
  });
  after(() => rmSync(folder, { recursive: true }));

  const resource = (type: string, kubeconfig: unknown) => ({
    ...{ type, urn: "u", inputs: { kubeconfig, clusterIdentifier: "garage" } },
    outputs: { kubeconfig, version: "4" },
  });
  /** What is imported for a stack with these resources; undefined where the state is left alone. */
  const imported = async (path: string, ...resources: object[]) => {
    let written: unknown;
    await followKubeconfig(async ([, command, , file = ""]) => {
      if (command === "import") written = JSON.parse(readFileSync(file, "utf8"));
      return { stdout: JSON.stringify({ version: 3, deployment: { manifest: 1, resources } }) };
    }, path);
    return written;
  };

  it("has the provider of the cluster read the declared one, and leaves all else as it is", async () => {
    const gone = join(folder, "gone");
    const kept = [resource(kubernetes, other), resource(kubernetes, text), resource("elsewhere:X", gone)];
    const resources = [resource(kubernetes, declared), ...kept];
    assert.deepEqual(await imported(declared, resource(kubernetes, gone), ...kept), {
      version: 3,
      deployment: { manifest: 1, resources },
    });
  });

  it("leaves a state alone whose kubeconfig is there, or where the declared one is not", async () => {
    assert.equal(await imported(declared, resource(kubernetes, other), { type: kubernetes }), undefined);
    assert.equal(await imported(join(folder, "none"), resource(kubernetes, "/gone")), undefined);
  });
});
