import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { withVerdicts } from "../../bench/verdicts.ts";

describe("the figures of the benchmark", () => {
  it("say of each target whether it is met", () => {
    const figures = {
      resources: 62,
      noopPreview: { site: { seconds: 5 }, ratio: 1.5, target: { ratio: 1.4, seconds: 6 } },
      nested: { fleets: { "2": { cpuRatio: 1 } }, target: { growth: "linear" } },
    };
    assert.deepEqual(withVerdicts(figures), {
      resources: 62,
      noopPreview: { ...figures.noopPreview, met: { ratio: false, seconds: true } },
      nested: { ...figures.nested, met: {} },
    });
  });
});
