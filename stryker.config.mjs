// Mutation tests of one area: `AREA=chain npx stryker run`. `npm run mutation` runs all areas and judges them.
import { fileURLToPath } from "node:url";
import { areas } from "./tests/mutation/areas.ts";

const name = process.env.AREA ?? "";
const area = areas[name];
if (area === undefined) throw new Error(`AREA is "${name}"; it is one of ${Object.keys(areas).join(", ")}.`);

// For this process, and for those that it starts.
await import("./tests/mutation/commonjs.cjs");
const shim = fileURLToPath(new URL("./tests/mutation/commonjs.cjs", import.meta.url));
process.env.NODE_OPTIONS = `--require ${shim}`;

export default {
  testRunner: "mocha",
  plugins: ["@stryker-mutator/mocha-runner", "./tests/mutation/wording.ts"],
  ignorers: area.ignored,
  mochaOptions: { "no-config": true, extension: ["ts"], spec: area.tests },
  mutate: area.files,
  coverageAnalysis: "perTest",
  concurrency: 2,
  // A sandbox holds what tests of these areas read; node_modules is linked into it.
  ignorePatterns: [
    "/*",
    "!/commands",
    "!/components",
    "!/docs",
    "!/doctor",
    "!/embedded",
    "!/fleet",
    "!/policies",
    "!/tests",
    "!/toolchain",
    "!/index.ts",
    "!/package.json",
    "!/Pulumi.dev.yaml",
  ],
  incremental: true,
  incrementalFile: `reports/mutation/${name}.incremental.json`,
  reporters: ["progress-append-only", "clear-text", "json"],
  jsonReporter: { fileName: `reports/mutation/${name}.json` },
  clearTextReporter: { allowEmojis: false, logTests: false, reportTests: false },
  // Type stripping does not check types, so there is nothing to silence in the copies.
  disableTypeChecks: false,
};
