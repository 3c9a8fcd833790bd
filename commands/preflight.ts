import { checkCompatibility } from "../components/akash/compatibility.ts";
import { NoUsableEndpoint } from "../components/chain/errors.ts";
import { checkWebsocket, openChain } from "../components/chain/index.ts";
import { observeSite } from "../components/site/observe.ts";
import type { Progress } from "../toolchain/index.ts";
import type { Stack } from "./stack.ts";

/**
 * Everything that can be found wrong before anything is changed: the wallet opens, the chain answers with its own
 * id, is not behind and sends blocks over a websocket, the provider speaks its messages, the cluster answers.
 *
 * @throws the first problem found, typed, with its remedy
 */
export async function preflight({ site, embedded }: Stack, progress: Progress): Promise<void> {
  const step = progress.start("checking wallet, chain and cluster");
  try {
    const { chain } = await observeSite(site);
    checkCompatibility(chain.generation, site.provider.version, { simulated: embedded });
    await requireWebsocket(site.network);
    step.done("wallet, chain and cluster answer");
  } catch (error) {
    step.fail();
    throw error;
  }
}

/** The provider lives on the endpoint's event subscription, so an endpoint without one is as good as none. */
async function requireWebsocket(network: Stack["site"]["network"]): Promise<void> {
  const chain = await openChain(network);
  const failure = await checkWebsocket(chain.endpoint);
  if (failure !== undefined) throw new NoUsableEndpoint(chain.network.chainId, [failure]);
}
