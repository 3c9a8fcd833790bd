import { readFileSync } from "node:fs";
import { join } from "node:path";
import { presentPlaces } from "../dynamic/places.ts";
import { NetworkNotRunning } from "./errors.ts";
import type { NetworkConfig, NetworkReference } from "./types.ts";

/** The public networks; endpoints from `meta.json` of each in github.com/akash-network/net (June 2026). */
export const publicNetworks: Readonly<Record<"mainnet" | "sandbox", NetworkConfig>> = {
  mainnet: {
    chainId: "akashnet-2",
    rpc: [
      "https://rpc.akt.dev/rpc",
      "https://rpc.akashnet.net:443",
      "https://akash-rpc.polkachu.com:443",
      "https://akash-rpc.publicnode.com:443",
      "https://rpc-akash.ecostake.com:443",
      "https://rpc.lavenderfive.com:443/akash",
    ],
    gasPrice: "0.025uakt",
  },
  sandbox: {
    chainId: "sandbox-2",
    rpc: ["https://rpc.sandbox-2.aksh.pw:443"],
    gasPrice: "0.025uakt",
  },
};

/**
 * The network behind a name. `devnet` is read when it is asked for, because its ports change from start to
 * start: from `services.json` in the folder named by `PULUMI_AKASH_EMBEDDED` (default `.embedded`). Any other one is
 * taken as the command that runs has it declared: a state may list endpoints that are dead by now.
 *
 * @throws NetworkNotRunning when `devnet` is asked for and the embedded chain was not started
 */
export function resolveNetwork(
  reference: NetworkReference,
  env: Readonly<Record<string, string | undefined>> = process.env,
): NetworkConfig {
  if (reference !== "devnet") {
    const network = typeof reference === "object" ? reference : publicNetworks[reference];
    const { chain } = presentPlaces(env);
    return chain?.chainId === network.chainId ? chain : network;
  }
  const path = join(env["PULUMI_AKASH_EMBEDDED"] || ".embedded", "services.json");
  try {
    const { chainId, rpc, gasPrice } = JSON.parse(readFileSync(path, "utf8")).chain as NetworkConfig;
    return { chainId, rpc, gasPrice };
  } catch (cause) {
    throw new NetworkNotRunning(
      `The embedded chain is not running: ${path} does not describe it.`,
      "Start it with `./up`, or name another network.",
      { cause },
    );
  }
}
