import type { AlertMessage } from "./message.ts";
import { subject } from "./message.ts";

/** Where alerts go. Secrets are in variables that are named here. */
export interface AlertChannels {
  /** Variable with the webhook's address, which often holds a token itself. */
  readonly webhookEnv?: string | undefined;
  readonly email?:
    | {
        readonly to: string;
        readonly from: string;
        /** Variable with the mail server: `smtp://user:password@host:port` or `smtps://…`. */
        readonly smtpEnv: string;
      }
    | undefined;
}

/** An alert could not be sent. The text never quotes an address, which may hold a token. */
export class AlertNotSent extends Error {
  override readonly name = "AlertNotSent";
}

type Environment = Readonly<Record<string, string | undefined>>;

const TIMEOUT_MS = 10_000;

function required(env: Environment, name: string, holds: string): string {
  const value = env[name];
  if (!value)
    throw new AlertNotSent(`The variable ${name}, which holds ${holds}, is not set. Set it and run again.`);
  if (!URL.canParse(value))
    throw new AlertNotSent(`The variable ${name} does not hold an address. Write ${holds}.`);
  return value;
}

/** @throws AlertNotSent */
export async function sendToWebhook(message: AlertMessage, name: string, env: Environment): Promise<void> {
  const url = required(env, name, "the webhook's address, https://…");
  const { status, ok } = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(message),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch(() => {
    throw new AlertNotSent(
      `The webhook of ${name} cannot be reached. Check its address and this machine's network.`,
    );
  });
  if (!ok)
    throw new AlertNotSent(
      `The webhook of ${name} answered ${status}. Check that its address is still valid.`,
    );
}

/** @throws AlertNotSent */
export async function sendByMail(
  message: AlertMessage,
  { to, from, smtpEnv }: NonNullable<AlertChannels["email"]>,
  env: Environment,
): Promise<void> {
  const url = required(env, smtpEnv, "the mail server, smtp://user:password@host:port");
  const { createTransport } = await import("nodemailer");
  const transport = createTransport(url, {
    // @ts-expect-error The second argument also takes the connection's own settings (nodemailer, "SMTP transport").
    connectionTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
  });
  try {
    await transport.sendMail({ to, from, subject: subject(message), text: `${message.text}\n` });
  } catch (error) {
    const { code = "no answer" } = error as { code?: string };
    throw new AlertNotSent(
      `The mail server of ${smtpEnv} did not take the alert (${code}). Check its address and login.`,
    );
  } finally {
    transport.close();
  }
}
