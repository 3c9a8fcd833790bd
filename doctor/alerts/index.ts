import { readFile } from "node:fs/promises";
import { doctorFile, writeWhole } from "../observe/history.ts";
import type { DoctorReport } from "../types.ts";
import { changesOf, type KnownFailure } from "./changes.ts";
import { type AlertChannels, AlertNotSent, sendByMail, sendToWebhook } from "./channels.ts";
import { type AlertMessage, messageOf } from "./message.ts";

export { type AlertChannels, AlertNotSent } from "./channels.ts";
export type { AlertMessage } from "./message.ts";

export interface AlertOptions {
  readonly now?: Date;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Where what was told is kept. Default: the state folder. */
  readonly file?: string;
}

export interface AlertResult {
  /** What was sent; undefined when nothing has changed. */
  readonly message: AlertMessage | undefined;
  readonly failures: readonly AlertNotSent[];
}

/**
 * Tells what has changed since the last time: new failures and resolved ones, each once. What no channel took
 * is told again by the next run.
 */
export async function sendAlerts(
  report: DoctorReport,
  channels: AlertChannels,
  options: AlertOptions = {},
): Promise<AlertResult> {
  const { now = new Date(), env = process.env, file = doctorFile(report.site, "alerts") } = options;
  const changes = changesOf(report, await readKnown(file), now);
  const message = messageOf(report.site, changes, now);
  if (message === undefined) return { message, failures: [] };
  const { webhookEnv, email } = channels;
  const sending = [
    ...(webhookEnv === undefined ? [] : [sendToWebhook(message, webhookEnv, env)]),
    ...(email === undefined ? [] : [sendByMail(message, email, env)]),
  ];
  const results = await Promise.allSettled(sending);
  const failures = results.flatMap((result) =>
    result.status === "rejected" ? [result.reason as Error] : [],
  );
  const strange = failures.find((error) => !(error instanceof AlertNotSent));
  if (strange !== undefined) throw strange;
  if (failures.length < sending.length) await writeWhole(file, JSON.stringify(changes.known));
  return { message, failures: failures as AlertNotSent[] };
}

async function readKnown(file: string): Promise<readonly KnownFailure[]> {
  try {
    const content: unknown = JSON.parse(await readFile(file, "utf8"));
    return Array.isArray(content) ? (content as KnownFailure[]) : [];
  } catch {
    return []; // Nothing was told yet.
  }
}
