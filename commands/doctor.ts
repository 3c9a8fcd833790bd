import { Command, InvalidArgumentError } from "commander";
import { type AlertChannels, sendAlerts } from "../doctor/alerts/index.ts";
import { checks } from "../doctor/checks/index.ts";
import { type DoctorOptions, runDoctor } from "../doctor/doctor.ts";
import { fixFindings } from "../doctor/fix.ts";
import type { ReachOptions } from "../doctor/observe/reach.ts";
import { describeChecks, describeReport } from "../doctor/report.ts";
import type { DoctorReport } from "../doctor/types.ts";
import { confirmed } from "./confirm.ts";
import { requireServices } from "./context.ts";
import { jsonOption, type StackOptions, stackOption } from "./options.ts";
import { readStack, type Stack, StackError } from "./stack.ts";

interface Options extends StackOptions {
  readonly list: boolean;
  readonly fix: boolean;
  readonly yes: boolean;
  readonly alert: boolean;
  readonly only?: readonly string[];
  readonly timeout: number;
  readonly outside?: string;
  readonly address?: string;
  readonly resolver?: string;
}

export function doctorCommand(): Command {
  return new Command("doctor")
    .summary("what is wrong with a site, with evidence and remedy")
    .description(
      "Looks at chain, wallet, registration, certificate, cluster, provider and network side by side and says what\n" +
        "is wrong, each in a sentence with its remedy. Changes nothing without --fix.\n" +
        "Exit code: 0 well (warnings allowed), 1 not well.",
    )
    .addOption(stackOption())
    .addOption(jsonOption())
    .option("--list", "list the checks and what --fix does", false)
    .option("--only <ids>", "only these checks, separated by commas", (text) => text.split(","))
    .option("--fix", "repair what is safe to repair, saying what is done", false)
    .option("-y, --yes", "with --fix: do not ask before something is deleted", false)
    .option("--alert", "tell the webhook and e-mail of `alerts` what has changed since the last time", false)
    .option("--timeout <seconds>", "longest time for one check", seconds, 9)
    .option("--outside <url>", "service that says whether {host}:{port} is open from outside")
    .option("--address <address>", "where the site is reached from here, such as a tunnel")
    .option("--resolver <address>", "name server that is asked; default: the system's")
    .action(doctor);
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError("Give seconds above 0.");
  return value;
}

async function doctor(options: Options): Promise<void> {
  if (options.list) {
    process.stdout.write(options.json ? `${JSON.stringify(listed(), null, 2)}\n` : describeChecks(checks));
    return;
  }
  const stack = await readStack(options.stack);
  await requireServices(stack);
  const channels = options.alert ? alertChannels(stack) : undefined;
  const settings = doctorOptions(options);
  let report = await runDoctor(stack, settings);
  if (options.fix) report = await fixed(stack, report, options, settings);
  process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : describeReport(report));
  if (channels !== undefined) await alert(report, channels);
  if (!report.healthy) process.exitCode = 1;
}

const listed = () =>
  checks.map(({ id, title, area, severity = "error", observes, needs = [], fix }) => {
    return { id, title, area, severity, observes, needs, fix: fix?.does };
  });

/** A request ends before its check does, so that the check can say what did not answer. */
function doctorOptions({ only, timeout, outside, address, resolver }: Options): DoctorOptions {
  const service = outside ?? process.env["PULUMI_AKASH_PORT_CHECK"];
  const reach: ReachOptions = {
    ...(service === undefined ? {} : { outside: service }),
    ...(address === undefined ? {} : { address }),
    ...(resolver === undefined ? {} : { resolver }),
  };
  return {
    ...(only === undefined ? {} : { only }),
    checkTimeoutMs: timeout * 1000,
    timeoutMs: timeout * 800,
    reach,
  };
}

/** Repairs, then looks again: the report is of what is left. */
async function fixed(
  stack: Stack,
  report: DoctorReport,
  { yes }: Options,
  settings: DoctorOptions,
): Promise<DoctorReport> {
  const done = await fixFindings(stack, report, {
    ...settings,
    confirm: async (message) => {
      if (yes) return true;
      if (!process.stdin.isTTY) {
        process.stderr.write(
          `${message} Not done: nobody is there to ask. Pass --yes to do it unattended.\n`,
        );
        return false;
      }
      return confirmed(message, { interrupted: "Interrupted. What was repaired before stays so." });
    },
    onLine: (line) => process.stderr.write(`${line}\n`),
  });
  return done === 0 ? report : runDoctor(stack, settings);
}

function alertChannels({ name, site }: Stack): AlertChannels {
  const { alerts } = site;
  if (alerts?.webhookEnv === undefined && alerts?.email === undefined) {
    throw new StackError(
      `Pulumi.${name}.yaml names nowhere to send alerts to. Write \`alerts: {webhookEnv: NAME}\` or \`alerts: {email: {to, from, smtpEnv}}\`.`,
    );
  }
  return alerts;
}

async function alert(report: DoctorReport, channels: AlertChannels): Promise<void> {
  const { message, failures } = await sendAlerts(report, channels);
  if (message === undefined) process.stderr.write("Nothing has changed; no alert was sent.\n");
  for (const failure of failures) process.stderr.write(`${failure.message}\n`);
  if (failures.length > 0) process.exitCode = 1;
}
