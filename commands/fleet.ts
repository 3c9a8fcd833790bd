import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Command, Option } from "commander";
import { err, out } from "../doctor/colours.ts";
import type { Listener, RollOutPlan } from "../fleet/index.ts";
import { createProgress, silentProgress } from "../toolchain/index.ts";
import { confirmed } from "./confirm.ts";
import { describeDifferences } from "./describe.ts";
import { jsonOption } from "./options.ts";
import { PROJECT, StackError } from "./stack.ts";

interface CommonOptions {
  readonly file: string;
  readonly only?: string[];
  readonly skip?: string[];
  readonly json: boolean;
  readonly overwrite: boolean;
}

interface RolloutOptions extends CommonOptions {
  readonly yes: boolean;
  readonly resume: boolean;
  readonly takeOver: boolean;
  readonly anyTime: boolean;
  readonly withLeases?: boolean;
  readonly report?: string;
}

/** The fleet's own code loads the engine's library, so only a command that needs it does. */
const load = () => import("../fleet/index.ts");

export function fleetCommand(): Command {
  const fleet = new Command("fleet")
    .summary("all sites of a fleet: roll a change out in waves, look for drift, report")
    .description(
      "Works on the sites that fleet/fleet.yaml declares, each with its own stack. docs/fleet.md explains it.",
    );
  const sub = (name: string, summary: string, description: string) =>
    common(fleet.command(name).summary(summary).description(`${summary}.\n${description}`));

  rollout(
    sub(
      "up",
      "bring all sites to what is declared, in waves",
      "The canary comes first. Between two waves every changed site is judged; the rollout stops at the first site\n" +
        "that fails and leaves the others untouched. Exit code: 0 every site is as declared, 1 not.",
    ),
  ).action((options: RolloutOptions) => roll("up", options));
  rollout(
    sub(
      "destroy",
      "take sites down",
      "Removes what `up` made, site after site. Records on the chain stay. Exit code: 0 or 1.",
    ),
  )
    .option("--with-leases", "although leases run there: they end, and their data is lost", false)
    .action((options: RolloutOptions) => roll("destroy", options));
  reporting(
    sub(
      "drift",
      "what differs on any site from what was last deployed",
      "Changes nothing. Edits that are not deployed yet are listed apart. A site that does not answer is listed.\n" +
        "Exit code: 2 drift on at least one site, else 1 a site could not be compared, else 0.",
    ),
  ).action((options: CommonOptions & { report?: string }) => compare(options, true));
  reporting(
    sub(
      "preview",
      "what `fleet up` would change",
      "Changes nothing but the rendered stack files. Exit code: 0 or 1.",
    ),
  ).action((options: CommonOptions & { report?: string }) => compare(options, false));
  reporting(
    sub(
      "status",
      "how every site is",
      "Versions, certificates, balances, leases, earnings, deposits, orders won and lost and why, what to do next, and\n" +
        "the last rollout, of each site and of all together. Exit code: 0.",
    ),
  ).action(status);
  fleet.addCommand(exportCommand());
  return fleet;
}

function common(command: Command): Command {
  return command
    .addOption(
      new Option(
        "-f, --file <path>",
        "the declaration: a file, or a folder with fleet.yaml and sites/",
      ).default("fleet"),
    )
    .option("--only <names...>", "only these sites or groups")
    .option("--skip <names...>", "all but these sites or groups")
    .option("--overwrite", "give up edits that were made in rendered stack files", false)
    .addOption(jsonOption());
}

function reporting(command: Command): Command {
  return command.option("--report <file>", "also write an HTML report");
}

function rollout(command: Command): Command {
  return reporting(command)
    .option("-y, --yes", "do not ask", false)
    .option("--resume", "go on with the last rollout: only what it has not settled", false)
    .option("--take-over", "although a rollout of another machine has not ended: it was killed there", false)
    .option("--any-time", "outside of maintenance windows too", false);
}

async function open(options: CommonOptions) {
  const { openFleet } = await load();
  const { only, skip, overwrite, json, file } = options;
  const context = await openFleet({
    file: resolve(PROJECT, file),
    only,
    ...(skip === undefined ? {} : { skip }),
    overwrite,
    progress: json ? silentProgress : createProgress(),
  });
  if (!json && context.rendered.length > 0) {
    process.stderr.write(`Rendered ${context.rendered.join(", ")} from the declaration.\n`);
  }
  return context;
}

async function listenerFor({ json }: CommonOptions): Promise<Listener> {
  const { jsonListener, personListener } = await load();
  return json ? jsonListener() : personListener();
}

async function roll(command: "up" | "destroy", options: RolloutOptions): Promise<void> {
  const { diagnose, rollOut } = await load();
  const context = await open(options);
  const listener = await listenerFor(options);
  const record = await rollOut(context, {
    resume: options.resume,
    takeOver: options.takeOver,
    anyTime: options.anyTime,
    withLeases: options.withLeases ?? false,
    command,
    diagnose,
    listener,
    signal: endOnInterrupt(listener),
    agree: async (plan) => {
      if (!(await agree(plan, options))) return false;
      const { meetMachines } = await import("./fleetHostKeys.ts");
      await meetMachines(plan, context.sites, options);
      return true;
    },
  });
  if (record === undefined) throw new StackError("Nothing was changed.");
  await writeReportFor(context, options);
  if (!options.json) {
    const colour = record.state === "finished" ? out.green : out.red;
    process.stdout.write(
      `${colour(record.state)}${record.because === undefined ? "" : `: ${record.because}`}\n`,
    );
    if (record.state !== "finished") {
      process.stdout.write(
        `\`npm run fleet -- ${command} --resume\` goes on from there. Record: ${context.store.where}\n`,
      );
    }
  }
  process.exitCode = record.state === "finished" ? 0 : 1;
}

/** What is aborted by the first interrupt. A second one is the engine's: it then gives up what it waits for. */
function endOnInterrupt(listener: Listener): AbortSignal {
  const interrupt = new AbortController();
  const onSignal = () => {
    listener({ event: "note", text: "Ending: nothing more is begun, and what is under way is waited for." });
    interrupt.abort();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, onSignal);
  process.on("SIGINT", () => {});
  return interrupt.signal;
}

async function agree(plan: RollOutPlan, { yes, json }: RolloutOptions): Promise<boolean> {
  if (!json) process.stderr.write(describePlan(plan));
  if (yes) return true;
  if (!process.stdin.isTTY || json) {
    throw new StackError(
      `\`fleet ${plan.command}\` asks before it changes sites. Pass --yes to do it unattended.`,
    );
  }
  const question = plan.command === "up" ? "Roll this out?" : "Take these sites down?";
  return confirmed(question);
}

function describePlan(plan: RollOutPlan): string {
  const { waves, concurrency, maxUnavailable, closed, resumes, judgedFirst } = plan;
  return [
    ...(resumes === undefined ? [] : [`Goes on with rollout ${resumes}.`]),
    ...(judgedFirst.length === 0 ? [] : [`${err.bold("judged first")}: ${judgedFirst.join(", ")}`]),
    ...waves.map(({ title, sites }) => `${err.bold(title)}: ${sites.join(", ")}`),
    `At most ${concurrency} at once, and at most ${maxUnavailable} out.`,
    ...closed.map(
      ({ site, opens }) => `${err.yellow(site)} is left out: its window opens at ${opens.toISOString()}.`,
    ),
    "",
  ].join("\n");
}

async function compare(options: CommonOptions & { report?: string }, drift: boolean): Promise<void> {
  const { compareSites, driftCode, reportOn, writeReport } = await load();
  const context = await open(options);
  const listener = await listenerFor(options);
  const signal = endOnInterrupt(listener);
  const compared = await compareSites(context, listener, { judged: !drift, signal });
  if (!options.json) {
    for (const [name, { result, because, ...found }] of compared) {
      if (result === "compared") {
        const remarks = (found.remarks ?? []).map((remark) => `  ${remark}\n`).join("");
        process.stdout.write(`${describeDifferences(name, found)}${remarks}`);
      } else
        process.stdout.write(
          `${out.yellow(name)}: ${result.replace("-", " ")}${because ? `: ${because}` : ""}\n`,
        );
    }
  }
  if (options.report !== undefined)
    await writeReport(resolve(options.report), await reportOn(context, compared));
  const code = driftCode(compared.values());
  // Only drift has a code of its own for it.
  process.exitCode = drift ? code : [...compared.values()].every(isCompared) ? 0 : 1;
}

function isCompared({ result }: { readonly result: string }): boolean {
  return result === "compared" || result === "not-deployed";
}

async function status(options: CommonOptions & { report?: string }): Promise<void> {
  const { reportOn, statusTable, totalOf, writeReport } = await load();
  const report = await reportOn(await open(options));
  if (options.report !== undefined) await writeReport(resolve(options.report), report);
  const columns = process.stdout.isTTY ? process.stdout.columns || 80 : undefined;
  const json = () => `${JSON.stringify({ ...report, total: totalOf(report.sites) })}\n`;
  process.stdout.write(options.json ? json() : statusTable(report, columns));
}

async function writeReportFor(
  context: Awaited<ReturnType<typeof open>>,
  options: RolloutOptions,
): Promise<void> {
  if (options.report === undefined) return;
  const { reportOn, writeReport } = await load();
  await writeReport(resolve(options.report), await reportOn(context));
}

function exportCommand(): Command {
  const command = new Command("export").summary("the fleet in the form of other tools");
  const shared = (sub: Command) =>
    common(sub)
      .requiredOption(
        "--backend <url>",
        "the engine's backend, for example s3://fleet-state?region=eu-central-1",
      )
      .option("--branch <name>", "branch that is followed", "main")
      .option("--out <file>", "where to write it; default: standard output");
  shared(command.command("operator").summary("Stack resources of the Pulumi Kubernetes Operator"))
    .requiredOption("--repository <url>", "git address that holds this project with its stack files")
    .addOption(
      new Option("--operator <version>", "major version of the operator").choices(["1", "2"]).default("2"),
    )
    .action(async (options: ExportOptions & { repository: string; operator: string }) => {
      const { operatorStacks, planWaves, renderStacks } = await load();
      const { sites, fleet } = await open({ ...options, json: true });
      const version = options.operator === "1" ? 1 : 2;
      await emit(
        renderStacks(operatorStacks(sites, planWaves(sites, fleet.rollout.waves), { ...options, version })),
        options,
      );
    });
  shared(command.command("github-actions").summary("a workflow of GitHub Actions")).action(
    async (options: ExportOptions) => {
      const { planWaves, renderWorkflow } = await load();
      const { sites, fleet } = await open({ ...options, json: true });
      await emit(renderWorkflow(sites, planWaves(sites, fleet.rollout.waves), options), options);
    },
  );
  return command;
}

interface ExportOptions extends CommonOptions {
  readonly backend: string;
  readonly branch: string;
  readonly out?: string;
}

async function emit(text: string, { out }: ExportOptions): Promise<void> {
  if (out === undefined) process.stdout.write(text);
  else await writeFile(resolve(out), text);
}
