// @ts-check
/**
 * Loaded before a Pulumi program (`nodeargs` in Pulumi.yaml): spares it what the SDK loads and does in every run
 * for cases that are not this one. Whoever uses what is spared gets it. Plain JavaScript, since types would have to
 * be stripped first.
 */
import "./types.js";
import { createRequire } from "node:module";
import { join } from "node:path";
import { lazyFunctions, lazyModule } from "./lazyModule.js";

const fromProgram = createRequire(join(process.cwd(), "program.js"));
const fromSdk = createRequire(fromProgram.resolve("@pulumi/pulumi"));

/** @type {Readonly<Record<string, readonly string[]>>} */
const tracing = {
  "@opentelemetry/resources": ["defaultResource", "resourceFromAttributes"],
  "@opentelemetry/sdk-trace-base": ["SimpleSpanProcessor"],
  "@opentelemetry/exporter-zipkin": ["ZipkinExporter"],
  "@opentelemetry/instrumentation-grpc": ["GrpcInstrumentation"],
  "@opentelemetry/sdk-trace-node": ["NodeTracerProvider"],
  "@opentelemetry/instrumentation": ["registerInstrumentations"],
};
for (const [name, functions] of Object.entries(tracing)) {
  lazyModule(fromSdk, name, (load) => lazyFunctions(load, functions));
}
// Maps stacks through source maps, several for each resource. Stripped types leave lines and columns where they are.
lazyModule(fromSdk, "source-map-support/register");
// For functions that are serialized: the compiler, npm's own library, and the debugger's view of the functions.
lazyModule(fromSdk, "./runtime/closure/serializeClosure", (load) =>
  lazyFunctions(load, ["serializeFunction", "serializeFunctionAsync"]),
);
lazyModule(fromSdk, "./runtime/closure/codePaths", (load) => lazyFunctions(load, ["computeCodePaths"]));
lazyModule(fromSdk, "./runtime/closure/v8Hooks", () => ({ isInitializedAsync: async () => {} }));
// Runs other programs' stacks, and serves components to programs in other languages.
lazyModule(fromSdk, "./automation");
lazyModule(fromSdk, "./provider");
// Debug messages hold each resource's outputs as text, and `pulumi` logs them twice in every run. Its `--debug`
// shows the SDK's own only with this variable.
if (process.env["PULUMI_AKASH_SDK_DEBUG"] !== "true") fromSdk("./log").debug = async () => {};
