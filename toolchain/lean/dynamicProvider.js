// @ts-check
/**
 * The dynamic resource provider of the `@pulumi/pulumi` that the program in the current folder uses, without the
 * rest of that SDK: its own script loads all of it (closure serialization, automation) for two constants and a
 * function.
 *
 * The script is the SDK's; only the modules below are stood in for while it loads. Whatever it asks of them that
 * is not known here, and whatever the code of a resource requires, is the real thing.
 */
import "./types.js";
import { createRequire, flushCompileCache } from "node:module";
import { join } from "node:path";
import { lazyModule } from "./lazyModule.js";

const megabyte = 1024 * 1024;
const fromProgram = createRequire(join(process.cwd(), "program.js"));
const script = fromProgram.resolve("@pulumi/pulumi/cmd/dynamic-provider");
const fromScript = createRequire(script);

// What the script takes of each in every run. Source: `cmd/dynamic-provider` and `runtime` of SDK 3.270.
const withdrawals = [
  lazyModule(fromScript, "../../runtime", () => ({
    grpcChannelOptions: {
      "grpc.max_receive_message_length": 400 * megabyte,
      // A busy event loop lets a request wait for longer than the 30 s after which it would be dropped.
      "grpc.server_max_unrequested_time_in_server": 30 * 60,
    },
  })),
  lazyModule(fromScript, "../../runtime/rpc", (load) => ({
    unknownValue: "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    unwrapRpcSecret: (/** @type {unknown} */ value) =>
      typeof value === "string" ? value : /** @type {Rpc} */ (load()).unwrapRpcSecret(value),
  })),
  lazyModule(fromScript, "../../metadata"),
];
/** @typedef {{ unwrapRpcSecret(value: unknown): unknown }} Rpc */

// The engine ends this process by a signal, which would lose the code that Node compiled for its next start.
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) {
  process.once(signal, () => {
    flushCompileCache();
    process.kill(process.pid, signal);
  });
}

process.argv[1] = script;
fromScript(script);
for (const withdraw of withdrawals) withdraw();
