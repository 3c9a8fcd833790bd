import { checkCompatibility } from "../components/akash/compatibility.ts";
import { openCluster } from "../components/cluster/index.ts";
import { kubeconfigOf, observeSite } from "../components/site/observe.ts";
import { requireOwnKeyring } from "../components/wallet/keyringOwner.ts";
import type { Progress } from "../toolchain/index.ts";
import { requireFunds } from "./funds.ts";
import type { Stack } from "./stack.ts";

export interface PreflightOptions {
  /** Wait for the funds that are missing. */
  readonly waitForFunds: boolean;
}

/**
 * Everything that can be found wrong before anything is changed: the wallet opens and is the one whose key the
 * cluster holds, the chain answers with its own id, is not behind and sends blocks over a websocket, the provider
 * speaks its messages, the cluster answers, the wallet can pay.
 *
 * @throws the first problem found, typed, with its remedy
 */
export async function preflight(
  { site, embedded }: Stack,
  progress: Progress,
  options: PreflightOptions,
): Promise<void> {
  const step = progress.start("checking wallet, chain and cluster");
  let owner: string;
  try {
    // The provider lives on the endpoint's event subscription, so an endpoint without one is as good as none.
    const observed = await observeSite(site, { websocket: true });
    owner = observed.owner;
    checkCompatibility(observed.chain.generation, site.provider.version, { simulated: embedded });
    await requireOwnKeyring(await openCluster({ kubeconfigPath: kubeconfigOf(site) }), {}, owner);
    step.done("wallet, chain and cluster answer");
  } catch (error) {
    step.fail();
    throw error;
  }
  await requireFunds(site, owner, progress, options.waitForFunds);
}
