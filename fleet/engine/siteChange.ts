import { rememberBackend, requireKnownBackend } from "../../commands/knownBackend.ts";
import { followKubeconfig } from "../../commands/movedKubeconfig.ts";
import { preflight } from "../../commands/preflight.ts";
import { removalEnvironment } from "../../commands/removal.ts";
import { freeStack } from "../../commands/stackLock.ts";
import { isUnknownStack, readState, requireSameSite } from "../../commands/stackState.ts";
import { requireNoLeases } from "../../components/akash/leases.ts";
import { clusterExists, kubeconfigOf } from "../../components/site/nodes.ts";
import { describeTakeover, findTakeover, NOTHING_DEPLOYED } from "../../components/site/takeover/index.ts";
import { type Progress, silentProgress } from "../../toolchain/index.ts";
import { FleetError } from "../declaration/errors.ts";
import type { SiteOutcome } from "../rollout/rollout.ts";
import { advisoriesIn, exceptionsOf, policiesOf, refusalIn } from "./judges.ts";
import { failureOf } from "./outcome.ts";
import type { SiteRun } from "./siteEngine.ts";
import type { SiteStack } from "./siteStack.ts";

/** Checks what can be checked beforehand, and brings a site to its declaration. */
export async function bringUp(
  stack: SiteStack,
  phase: (text: string) => void,
  say: (text: string) => void,
): Promise<SiteOutcome> {
  let begun = false;
  try {
    phase("checking");
    const progress: Progress = { ...silentProgress, line: say };
    const observed = await preflight(stack.stack, progress, { waitForFunds: false, askHostKeys: false });
    const [engine, judges] = await Promise.all([stack.engine(), policiesOf(stack, observed)]);
    for (const line of exceptionsOf(stack)) say(line);
    await freeStack({ stack: stack.site, env: await stack.environment() }, progress);
    const state = await readState({ engine: (args) => stack.pulumi(...args) });
    if (state === undefined) await makeStack(stack);
    else requireSameSite(stack.stack, state);
    begun = true;
    phase("updating");
    const run = await engine.up(judges);
    for (const line of advisoriesIn(run.events)) say(line);
    return outcomeOf(run);
  } catch (error) {
    const { result, because } = failureOf(refusalIn(error) ?? error);
    // What the engine had begun is half done, whatever it was that went away.
    return { result: begun && result === "unreachable" ? "failed" : result, because };
  }
}

/** Removes what was brought up; with leases only where they may end. */
export async function takeDown(
  stack: SiteStack,
  phase: (text: string) => void,
  withLeases: boolean,
): Promise<SiteOutcome> {
  try {
    // Machines that never became a cluster run no leases, and nobody else has to answer to let them go.
    if (clusterExists(stack.site.config)) {
      await stack.reach();
      if (!withLeases) await requireNoLeases(`Site ${stack.site.name}`, () => stack.cluster());
    }
    await freeStack({ stack: stack.site, env: await stack.environment() }, silentProgress);
    phase("removing");
    // What every lease needs is protected from a plain `pulumi destroy`; here the leases were looked at.
    await stack.pulumi("state", "unprotect", "--all", "--yes");
    await followKubeconfig((args) => stack.pulumi(...args), kubeconfigOf(stack.site.config));
    const engine = await stack.engine(removalEnvironment(withLeases, process.env));
    return outcomeOf(await engine.destroy());
  } catch (error) {
    return isUnknownStack(error) ? { result: "unchanged" } : failureOf(error);
  }
}

/** A cluster with an earlier set-up is not changed unattended: what is to become of that is asked once. */
async function makeStack(stack: SiteStack): Promise<void> {
  const { name, config } = stack.site;
  const { plan } = await findTakeover(config, { processes: false, deployed: async () => NOTHING_DEPLOYED });
  if (plan.items.some(({ action }) => action === "replace" || action === "remove")) {
    throw new FleetError(
      `${describeTakeover(plan).trim()}\nRun \`npm run up -- -s ${name}\` once: it asks what is to become of it.`,
    );
  }
  const where = { stack: stack.stack, env: await stack.environment() };
  requireKnownBackend(where);
  await stack.pulumi("stack", "init", "--no-select");
  rememberBackend(where);
}

function outcomeOf({ changes, update }: SiteRun): SiteOutcome {
  const { same: _, ...done } = changes;
  return {
    result: Object.keys(done).length === 0 ? "unchanged" : "updated",
    changes,
    ...(update === undefined ? {} : { update }),
  };
}
