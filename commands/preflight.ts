import { checkCompatibility } from "../components/akash/compatibility.ts";
import { openCluster } from "../components/cluster/index.ts";
import { requireDnsToken } from "../components/dns/credentials.ts";
import { clusterExists, kubeconfigOf } from "../components/site/nodes.ts";
import { type ObservedSite, observeSite } from "../components/site/observe.ts";
import { siteVersions } from "../components/site/versions.ts";
import { requireOwnKeyring } from "../components/wallet/keyringOwner.ts";
import type { Progress } from "../toolchain/index.ts";
import { requireFunds } from "./funds.ts";
import { checkMachines, confirmHostKeys } from "./nodes.ts";
import type { Stack } from "./stack.ts";
import { showVersionPlan, upgradeWarning } from "./versions.ts";

export interface PreflightOptions {
  /** Wait for the funds that are missing. */
  readonly waitForFunds: boolean;
  /**
   * Ask on a terminal whether machines that were never seen before are the right ones; else connecting to them ends by
   * name. Default: true.
   */
  readonly askHostKeys?: boolean;
}

/**
 * Everything that can be found wrong before anything is changed: the wallet opens and is the one whose key the
 * cluster holds, the chain answers with its own id, is not behind and sends blocks over a websocket, the provider
 * speaks its messages, the cluster answers, or the machines that are to become one fit, the wallet can pay, and the
 * token for DNS is at hand.
 *
 * What a move to other versions means is said, and so is an upgrade that the chain has announced.
 *
 * @returns what was read for it
 * @throws the first problem found, typed, with its remedy
 */
export async function preflight(
  { site, embedded }: Stack,
  progress: Progress,
  options: PreflightOptions,
): Promise<ObservedSite> {
  if (options.askHostKeys ?? true) await confirmHostKeys(site);
  const machines = site.nodes === undefined ? "" : ", machines";
  const step = progress.start(`checking wallet, chain${machines} and cluster`);
  let observed: ObservedSite;
  try {
    requireDnsToken(site);
    // The provider lives on the endpoint's event subscription, so an endpoint without one is as good as none.
    observed = await observeSite(site, { websocket: true });
    checkCompatibility(observed.chain.generation, siteVersions(site).provider, { simulated: embedded });
    const cluster = clusterExists(site)
      ? await openCluster({ kubeconfigPath: kubeconfigOf(site) })
      : undefined;
    if (cluster !== undefined) await requireOwnKeyring(cluster, {}, observed.owner);
    // Of machines of the site's own these are said with what else is found on them.
    const gpus = site.nodes === undefined ? observed.gpu.problems : [];
    const notes = gpus.map(({ message }) => message);
    await checkMachines(site, observed, (note) => notes.push(note));
    step.done(
      cluster === undefined ? "wallet, chain and machines answer" : "wallet, chain and cluster answer",
    );
    for (const note of notes) progress.line(note);
    if (cluster !== undefined) await showVersionPlan(site, cluster, progress.line);
  } catch (error) {
    step.fail();
    throw error;
  }
  const upgrade = await upgradeWarning(site);
  if (upgrade !== undefined) progress.line(upgrade);
  await requireFunds(site, observed.owner, progress, options.waitForFunds);
  return observed;
}
