import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { gpuAttributes } from "../../../components/gpu/attributes.ts";
import { commonModels } from "../../../components/gpu/commonModels.ts";
import { detectFromNodes } from "../../../components/gpu/detect.ts";
import type { NodeView } from "../../../components/gpu/types.ts";
import * as simulated from "../../../embedded/cluster/nodes.ts";

describe("the embedded cluster's nodes", () => {
  const nodes: readonly NodeView[] = simulated.simulatedNodes;

  /** The same nodes with only one source of labels left. */
  const only = (prefix: string): NodeView[] =>
    nodes.map(({ metadata, status }) => ({
      metadata: {
        name: metadata?.name ?? "",
        labels: Object.fromEntries(
          Object.entries(metadata?.labels ?? {}).filter(([key]) => key.startsWith(prefix)),
        ),
      },
      status: status ?? {},
    }));

  it("show one RTX 5090 and no problem, by each source of labels alone", () => {
    for (const given of [nodes, only("akash.network"), only("feature.node"), only("nvidia.com")]) {
      const { devices, problems } = detectFromNodes(given, commonModels);
      assert.deepEqual(problems, []);
      assert.deepEqual(
        gpuAttributes(devices).map(({ key }) => key.replace("capabilities/gpu/vendor/nvidia/model/", "")),
        ["rtx5090", "rtx5090/ram/32Gi", "rtx5090/interface/pcie", "rtx5090/ram/32Gi/interface/pcie"],
      );
    }
  });
});
