import { existsSync } from "node:fs";
import { Command } from "commander";
import { requireNoLeases } from "../components/akash/leases.ts";
import { forgetWallet } from "../components/chain/signingState.ts";
import { openCluster } from "../components/cluster/index.ts";
import { clusterExists, kubeconfigOf } from "../components/site/nodes.ts";
import { forgetSite } from "../doctor/observe/history.ts";
import { readEmbedded, stopEmbedded } from "../embedded/index.ts";
import { createProgress, silentProgress } from "../toolchain/index.ts";
import { confirmed } from "./confirm.ts";
import { openContext } from "./context.ts";
import { requireStack } from "./ensureStack.ts";
import { followKubeconfig } from "./movedKubeconfig.ts";
import { jsonOption, type StackOptions, stackOption } from "./options.ts";
import { removalEnvironment } from "./removal.ts";
import { EMBEDDED, readStack, type Stack, StackError } from "./stack.ts";
import { freeStack } from "./stackLock.ts";
import { unlockWallet } from "./wallet.ts";

interface DownOptions extends StackOptions {
  readonly yes: boolean;
  readonly withLeases: boolean;
}

export function downCommand(): Command {
  return new Command("down")
    .summary("take a site down")
    .description(
      "Removes what `up` made. In the cluster the resource definitions of Akash and of the Gateway API and the\n" +
        "RuntimeClass `nvidia` stay, which others may use too; on chain the provider's record stays, which the network\n" +
        "cannot delete. The next `up` takes them over. For `dev` the embedded cluster and chain are stopped and their\n" +
        "folder is removed.",
    )
    .addOption(stackOption())
    .option("-y, --yes", "do not ask", false)
    .option(
      "--with-leases",
      "remove the site although leases run on it: they end, and their data is lost",
      false,
    )
    .addOption(jsonOption())
    .action(async (options: DownOptions) => {
      const stack = await readStack(options.stack);
      if (stack.embedded) await stopServices(options.json);
      else await destroy(stack, options);
      await forgetSite(stack.name);
      if (options.json)
        process.stdout.write(`${JSON.stringify({ stack: stack.name, result: "succeeded" })}\n`);
    });
}

/** The embedded site is thrown away whole, its chain included: undoing its resources one by one would be for nothing. */
async function stopServices(json: boolean): Promise<void> {
  if (!existsSync(EMBEDDED)) {
    if (!json) process.stdout.write("Nothing to take down: the embedded site is not running.\n");
    return;
  }
  const progress = json ? silentProgress : createProgress();
  // A file that broke must not keep anybody from taking the site down.
  const services = await readEmbedded(EMBEDDED).catch(() => undefined);
  await stopEmbedded({ folder: EMBEDDED, progress });
  if (services !== undefined) await forgetWallet(services.chain.chainId, services.wallet.address);
  if (!json)
    process.stdout.write("The embedded site is down: its processes are stopped and its folder is removed.\n");
}

async function destroy(stack: Stack, options: DownOptions): Promise<void> {
  const progress = options.json ? silentProgress : createProgress();
  const context = await openContext(stack.name, progress);
  // The cluster whose leases are looked at is found by the site's name.
  await requireStack(context);
  const hasCluster = clusterExists(stack.site);
  if (!options.withLeases && hasCluster)
    await requireNoLeases(`Site ${stack.site.name}`, () => openSiteCluster(stack));
  if (!options.yes) {
    if (!process.stdin.isTTY)
      throw new StackError("`down` asks before it removes a real site. Pass --yes to do it unattended.");
    const interrupted = "Nothing was removed.";
    const sure = await confirmed(
      `Remove everything that \`up\` made for ${stack.name} (${stack.site.domain})?${options.withLeases ? " Running leases end, and their data is lost." : ""}`,
      { interrupted },
    );
    if (!sure) throw new StackError(interrupted);
  }
  // Taking the certificate back is signed, too.
  await unlockWallet(context);
  await freeStack(context, progress);
  // What every lease needs is protected from a plain `pulumi destroy`; here the leases were looked at.
  await context.engine(["state", "unprotect", "--all", "--yes"], { output: "capture" });
  await followKubeconfig((args) => context.engine(args, { output: "capture" }), kubeconfigOf(stack.site));
  Object.assign(context.env, removalEnvironment(options.withLeases, context.env));
  // The program would protect it again; what is deleted stands in the state.
  await context.engine(["destroy", "--yes", "--refresh"], {
    output: options.json ? "stderr" : "show",
  });
}

const openSiteCluster = ({ site }: Stack) => openCluster({ kubeconfigPath: kubeconfigOf(site) });
