// @ts-check
/**
 * Loaded before `@pulumi/policy`, which uses two small modules of the SDK, yet whose loading of the SDK's door loads
 * an npm client, a TypeScript compiler's wrapper and the Automation API: half a second of each preview and update.
 */
import { createRequire } from "node:module";
import { lazyModule } from "../toolchain/lean/lazyModule.js";

const fromPolicy = createRequire(createRequire(import.meta.url).resolve("@pulumi/policy"));

lazyModule(fromPolicy, "@pulumi/pulumi", () => ({
  asset: fromPolicy("@pulumi/pulumi/asset"),
  Output: fromPolicy("@pulumi/pulumi/output").Output,
}));
