import { randomBytes } from "node:crypto";
import { type CreateResult, type DiffResult, main, type Provider } from "@pulumi/pulumi/provider/index.js";
import { type Connection, overSsh, type Ran, type Run, shell } from "./run.ts";
import { hasSecret, secret, unwrapped, type Wrapped } from "./secrets.ts";

/** The inputs that both kinds of command share. */
interface Inputs {
  readonly connection?: Connection;
  readonly create?: string;
  readonly update?: string;
  readonly delete?: string;
  readonly stdin?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly triggers?: readonly unknown[];
  readonly addPreviousOutputInEnv?: boolean;
}

const outputs = ["stdout", "stderr"];

async function act(command: string | undefined, given: Wrapped, before?: Wrapped): Promise<Wrapped> {
  const inputs = unwrapped(given) as Inputs;
  const ran = command === undefined ? { stdout: "", stderr: "" } : await execute(command, inputs, before);
  // Whatever a command was told in confidence it may repeat.
  const mark = hasSecret(given) ? secret : (text: string) => text;
  return { ...given, stdout: mark(ran.stdout), stderr: mark(ran.stderr) };
}

function execute(command: string, inputs: Inputs, before: Wrapped | undefined): Promise<Ran> {
  const previous = unwrapped(before ?? {}) as Partial<Ran>;
  const environment = { ...inputs.environment };
  if (inputs.addPreviousOutputInEnv !== false && before !== undefined) {
    environment["PULUMI_COMMAND_STDOUT"] = previous.stdout ?? "";
    environment["PULUMI_COMMAND_STDERR"] = previous.stderr ?? "";
  }
  const run: Run = { command, environment, stdin: inputs.stdin ?? "" };
  return inputs.connection === undefined ? shell(run) : overSsh(inputs.connection, run);
}

function changed(olds: Wrapped, news: Wrapped): string[] {
  const [before, after] = [unwrapped(olds), unwrapped(news)] as [Wrapped, Wrapped];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  for (const name of outputs) names.delete(name);
  return [...names].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}

const provider: Provider = {
  version: "1.2.1",
  async check(_urn, _olds, news) {
    return { inputs: news };
  },
  async diff(_id, _urn, olds: Wrapped, news: Wrapped): Promise<DiffResult> {
    const names = changed(olds, news);
    return { changes: names.length > 0, replaces: names.filter((name) => name === "triggers") };
  },
  async create(_urn, inputs: Wrapped): Promise<CreateResult> {
    const { create } = unwrapped(inputs) as Inputs;
    return { id: `command-${randomBytes(8).toString("hex")}`, outs: await act(create, inputs) };
  },
  async update(_id, _urn, olds: Wrapped, news: Wrapped) {
    const { create, update } = unwrapped(news) as Inputs;
    return { outs: await act(update ?? create, news, olds) };
  },
  async delete(_id, _urn, props: Wrapped) {
    const { stdout: _stdout, stderr: _stderr, ...inputs } = props;
    await act((unwrapped(inputs) as Inputs).delete, inputs, props);
  },
};

await main(provider, process.argv.slice(2));
