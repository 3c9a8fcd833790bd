import { Command } from "commander";
import { requireDnsCredentials } from "../components/dns/credentials.ts";
import { observeSite } from "../components/site/observe.ts";
import { err } from "../doctor/colours.ts";
import { ensureEmbedded } from "../embedded/index.ts";
import { PolicyRefusal } from "../policies/index.ts";
import { createProgress, type Progress } from "../toolchain/index.ts";
import { confirmed } from "./confirm.ts";
import { openContext, type StackContext } from "./context.ts";
import { ensureStack } from "./ensureStack.ts";
import { forgetInterrupted } from "./interrupted.ts";
import { machinesFirst } from "./machinesFirst.ts";
import { describeMachines, machineSteps } from "./nodes.ts";
import { jsonOption, type StackOptions, stackOption } from "./options.ts";
import { judged, policyArgs } from "./policies.ts";
import { preflight } from "./preflight.ts";
import { endResumed, forgetRestart, restartIfNeeded } from "./restart.ts";
import { EMBEDDED, type Stack, StackError } from "./stack.ts";
import { freeStack } from "./stackLock.ts";
import { describeSite, type SiteOutputs } from "./summary.ts";
import { finishTakeover, previewFlags, replaces, showTakeover } from "./takeover.ts";
import { unlockWallet } from "./wallet.ts";

interface UpOptions extends StackOptions {
  readonly yes: boolean;
  readonly waitForFunds: boolean;
}

export function upCommand(): Command {
  return new Command("up")
    .summary("stand a site up, or bring it to what its file declares")
    .description(
      "Checks everything that can be checked beforehand, changes what differs, and ends with a summary. Running it\n" +
        "again repairs what has drifted and finishes what was interrupted. A real site shows what will change and asks\n" +
        "once; `dev` and --yes go ahead without, but for a takeover, which is always previewed first.",
    )
    .addOption(stackOption())
    .option("-y, --yes", "do not ask", false)
    .option("--wait-for-funds", "wait until the wallet holds enough instead of ending with an error", false)
    .addOption(jsonOption())
    .action(up);
}

/** What a person had to agree to was asked before. */
const UPDATE = ["up", "--yes", "--refresh", "--run-program", "--skip-preview"] as const;

async function up(options: UpOptions): Promise<void> {
  const started = Date.now();
  const progress = createProgress();
  const context = await openContext(options.stack, progress);
  const { stack, toolchain } = context;
  await unlockWallet(context);
  await forgetRestart();
  if (stack.embedded) await ensureEmbedded({ folder: EMBEDDED, toolchain, progress });
  await mendMachines(context, progress, options);
  const observed = await preflight(stack, progress, options);
  const policies = await policyArgs(stack, observed);
  await freeStack(context, progress);
  await ensureStack(context);
  const takeover = await showTakeover(context);
  const { plan } = takeover;
  const output = options.json ? "stderr" : "show";
  const flags = [...previewFlags(takeover), ...policies];
  // What an update would be refused for has to come up while the earlier set-up still runs.
  if (replaces(takeover)) requireDnsCredentials(stack.site);
  if (!stack.embedded && !options.yes) await previewAndAsk(context, output, flags);
  else if (replaces(takeover)) await judgedPreview(context, output, flags);
  await takeover.deleteReplaced();
  const run = await judged(context.engine([...UPDATE, ...policies], { output, events: true })).catch(
    (error) => explain(error, stack, options.yes),
  );
  await endResumed(stack);
  await forgetInterrupted(context, run.events);
  await finishTakeover(takeover, options.yes || !stack.embedded);
  const changes = run.events.findLast((event) => event.summaryEvent)?.summaryEvent?.resourceChanges ?? {};
  const outputs = await readOutputs(context);
  const seconds = (Date.now() - started) / 1000;
  if (options.json) {
    process.stdout.write(
      `${JSON.stringify({ stack: stack.name, result: "succeeded", seconds, changes, takeover: plan.items, policies: run.violations, outputs }, null, 2)}\n`,
    );
  } else {
    process.stdout.write(describeSite({ stack, outputs, seconds, events: run.events }));
  }
}

/** A cluster of the site's own that does not answer is brought back by way of its machines. */
async function mendMachines(context: StackContext, progress: Progress, options: UpOptions): Promise<void> {
  const { stack } = context;
  const only = await machinesFirst(stack.site);
  if (only.length === 0) return;
  await freeStack(context, progress);
  const output = options.json ? "stderr" : "show";
  if (!stack.embedded && !options.yes) await previewAndAsk(context, output, only);
  await context.engine([...UPDATE, ...only], { output }).catch(async (error: unknown) => {
    await restartIfNeeded(stack, options.yes);
    throw error;
  });
}

/** Where cluster or chain went away in mid-run, says so: the engine tells it once for each resource it met. */
async function explain(failure: unknown, stack: Stack, yes: boolean): Promise<never> {
  if (failure instanceof PolicyRefusal) throw failure;
  await restartIfNeeded(stack, yes);
  await observeSite(stack.site).catch(({ message }: Error) => {
    throw new StackError(`${message}\nThen run \`up\` again: it goes on from where this run ended.`);
  });
  throw failure;
}

type Output = "show" | "stderr";

/** @throws PolicyRefusal when mandatory policies refuse what would be done */
function judgedPreview(context: StackContext, output: Output, flags: readonly string[]) {
  const preview = ["preview", "--refresh", "--run-program", ...flags];
  return judged(context.engine(preview, { output, events: true }));
}

async function previewAndAsk(context: StackContext, output: Output, flags: readonly string[]): Promise<void> {
  const { events } = await judgedPreview(context, output, flags);
  process.stderr.write(describeMachines(await machineSteps(events), err));
  if (!process.stdin.isTTY) {
    throw new StackError("`up` asks before it changes a real site. Pass --yes to do it unattended.");
  }
  if (!(await confirmed("Make these changes?"))) throw new StackError("Nothing was changed.");
}

async function readOutputs(context: StackContext): Promise<SiteOutputs> {
  const { stdout } = await context.engine(["stack", "output", "--json"], { output: "capture" });
  return JSON.parse(stdout) as SiteOutputs;
}
