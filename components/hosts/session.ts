import { ZodError, z } from "zod";
import { HostCredentialUnusable, ScriptFailed, SudoRefused } from "./errors.ts";
import type { Ended, Executor } from "./executor.ts";
import { BUSY, launchCommand, SUDO_REFUSED } from "./launch.ts";
import { type HostScript, hostScript, renderScript } from "./script.ts";
import type { Desired, Host, ScriptOptions } from "./types.ts";

/** Lines of standard error that an error's text quotes. */
const QUOTED_LINES = 12;
const DEFAULT_SECONDS = 600;

const writeScript = hostScript("hosts/scripts/write.sh", { step: "writing of a file" });
const readScript = hostScript("hosts/scripts/read.sh", {
  step: "reading of a file",
  facts: z.object({ content: z.string().optional() }),
  readOnly: true,
});

/** What callers do with a machine, whichever way its commands get there. */
export class Session implements Host {
  readonly name: string;
  readonly #executor: Executor;

  constructor(executor: Executor) {
    this.name = executor.name;
    this.#executor = executor;
  }

  async script<T>(script: HostScript<T>, desired: Desired = {}, options: ScriptOptions = {}): Promise<T> {
    const { timeoutSeconds = DEFAULT_SECONDS, progress, secrets = {}, input } = options;
    const text = await renderScript(script, desired, { secrets, input: input !== undefined });
    const { root } = this.#executor;
    const command = launchCommand({ root, ...(script.readOnly ? {} : { lockSeconds: timeoutSeconds }) });
    const password = root ? "" : this.#password();
    const conceal = concealer([...Object.values(secrets), password]);
    const lines: string[] = [];
    const ended = await this.#executor.execute(
      command,
      [...(root ? [] : [`${password}\n`]), text, ...(input === undefined ? [] : [input])],
      {
        step: script.step,
        timeoutSeconds,
        onLine: (line) => {
          const shown = conceal(line);
          lines.push(shown);
          if (lines.length > QUOTED_LINES) lines.shift();
          progress?.(shown);
        },
      },
    );
    return this.#answer(script, ended, lines);
  }

  #answer<T>(script: HostScript<T>, { code, signal, stdout }: Ended, lines: readonly string[]): T {
    const failed = (ended: string) => new ScriptFailed(this.name, script.step, ended, lines);
    if (code === SUDO_REFUSED) throw new SudoRefused(this.name, lines.at(-1) ?? "it gave no reason");
    if (code === BUSY) throw failed("another run has been at work on this machine all the time");
    if (code !== 0) throw failed(code === undefined ? `ended by ${signal}` : `exit code ${code}`);
    const last = stdout.trimEnd().split("\n").at(-1) ?? "";
    try {
      return script.parse(JSON.parse(last));
    } catch (error) {
      if (error instanceof SyntaxError) throw failed("its last line is no JSON");
      if (error instanceof ZodError) throw failed(`its facts are not as agreed: ${z.prettifyError(error)}`);
      throw error;
    }
  }

  #password(): string {
    const { name, passwordEnv } = this.#executor;
    if (passwordEnv === undefined) return "";
    const password = process.env[passwordEnv];
    if (password === undefined || password === "") {
      throw new HostCredentialUnusable(
        name,
        `The variable ${passwordEnv}, which is to hold the password for ${name}, is not set. Set it where you run the program.`,
      );
    }
    return password;
  }

  async write(path: string, content: string | Uint8Array, mode: number): Promise<void> {
    const input = typeof content === "string" ? Buffer.from(content) : content;
    const desired = { path, mode: mode.toString(8).padStart(4, "0"), size: input.byteLength };
    await this.script({ ...writeScript, step: `writing of ${path}` }, desired, { input });
  }

  async read(path: string): Promise<string | undefined> {
    const { content } = await this.script({ ...readScript, step: `reading of ${path}` }, { path });
    return content === undefined ? undefined : Buffer.from(content, "base64").toString("utf8");
  }
}

/** Blacks secrets out of a text. One that is shorter than four characters would black out everything. */
export function concealer(secrets: readonly string[]): (text: string) => string {
  const hidden = secrets
    .flatMap((secret) => secret.split("\n"))
    .filter((secret) => secret.length >= 4)
    .sort((a, b) => b.length - a.length);
  return (text) => hidden.reduce((shown, secret) => shown.replaceAll(secret, "***"), text);
}
