// @ts-check
/**
 * Loaded before the Automation API, of which only the part that runs programs of their own is used: spares it the
 * SDK's runtime, which is there for programs that are functions of the caller. Whoever uses what is spared gets it.
 */
import { createRequire } from "node:module";
import { grpcChannelOptions } from "./known.js";
import { lazyFunctions, lazyModule } from "./lazyModule.js";

const fromSdk = createRequire(createRequire(import.meta.url).resolve("@pulumi/pulumi"));

lazyModule(fromSdk, "./runtime", () => ({ grpcChannelOptions }));
lazyModule(fromSdk, "./log");
lazyModule(fromSdk, "./automation/server", (load) => lazyFunctions(load, ["LanguageServer"]));
