import { existsSync } from "node:fs";
import { homedir, hostname } from "node:os";
import { basename, join } from "node:path";
import { Command } from "commander";
import { err as pc } from "../doctor/colours.ts";
import { type Answers, declarationOf, newWalletFile, parseAnswers } from "./init/answers.ts";
import { InitError } from "./init/errors.ts";
import { readNetwork, zoneOf } from "./init/localNetwork.ts";
import { describeMachine, type Machine, readMachine } from "./init/machine.ts";
import { type ClusterFacts, locate, parsePlace, readCluster } from "./init/place.ts";
import { askAll, completeAnswers, type Known } from "./init/questions.ts";
import { addressToDeclare, forwardsOf, type NetworkFacts, reachOf } from "./init/reach.ts";
import { regionOfTimeZone } from "./init/regions.ts";
import { describeResult } from "./init/report.ts";
import { readIfPresent, stackFileText, writeWhole } from "./init/stackFile.ts";
import { askOnTerminal, confirmOnTerminal, makeWalletOnTerminal } from "./init/terminal.ts";
import { jsonOption } from "./options.ts";
import { PROJECT } from "./stack.ts";

/** Options of `init` as the command line gives them. */
export interface InitOptions {
  readonly answers?: string;
  readonly stack?: string;
  readonly address?: string;
  readonly json: boolean;
  readonly force: boolean;
}

/** What `init` finds out about the world; tests give another one. */
export interface InitWorld {
  /** Folder the stack file is written to. */
  readonly folder: string;
  readonly interactive: boolean;
  machine(): Promise<Machine>;
  network(): Promise<NetworkFacts>;
  cluster(kubeconfig: string): Promise<ClusterFacts>;
  zoneOf: typeof zoneOf;
  readonly kubeconfigs: readonly string[];
  readonly hostName: string;
  readonly timeZone: string;
  ask: typeof askOnTerminal;
  confirm: typeof confirmOnTerminal;
  makeWallet: typeof makeWalletOnTerminal;
  /** For a person. */
  say(text: string): void;
  /** For a program. */
  print(text: string): void;
}

const HELP = `
It looks at this machine and its network first, asks at most eight questions,
checks the answers and writes Pulumi.<name>.yaml. It changes nothing else and
spends nothing. A file that is there is never replaced without your word or
--force.

Who has no wallet yet answers new:PATH: one is made, its words are shown once,
three of them are asked back, and they are kept in that file (mode 0600). PATH
is absolute or starts with ~/, and is outside this checkout.

For programs, an answers file (YAML or JSON) holds what would be asked; domain
is all that has no default:
  domain: example.com
  email: ops@example.com
  wallet: env:GARAGE_MNEMONIC       # or file:PATH, or prompt; never the words
  place: ~/.kube/config             # or root@192.0.2.10, root@192.0.2.11
  dns: cloudflare                   # or manual
  region: eu-central
  name: garage
  network: mainnet                  # or sandbox

Examples:
  npm run init
  npm run init -- --answers garage.yaml --json
  npm run init -- --address 203.0.113.10    (behind a tunnel to a rented server)`;

export function initCommand(): Command {
  return new Command("init")
    .summary("write the file of a real site, from what is found and at most eight answers")
    .description("Writes the stack file of a real site.")
    .option("--answers <file>", "take the answers from a file and ask nothing")
    .option("-s, --stack <name>", "name of the stack; default: the site's name")
    .option("--address <address>", "public address, when it is not this network's: an IP or cname:NAME")
    .option("-f, --force", "replace the stack file if there is one", false)
    .addOption(jsonOption())
    .addHelpText("after", HELP)
    .action((options: InitOptions) => init(options, realWorld()));
}

/**
 * Writes a stack file.
 *
 * @throws {InitError} nothing was written
 */
export async function init(options: InitOptions, world: InitWorld): Promise<void> {
  const { answers: answersFile } = options;
  const given = answersFile === undefined ? {} : parseAnswers(await readAnswers(answersFile), answersFile);
  if (answersFile === undefined && !world.interactive) {
    throw new InitError(
      "init asks its questions on a terminal. Pass --answers FILE to run without one; --help shows such a file.",
    );
  }
  world.say(pc.dim("Looking at this machine and its network …"));
  const [machine, network] = await Promise.all([world.machine(), world.network()]);
  world.say(`This machine: ${describeMachine(machine)}\n`);
  const known = knownOf(world, network);
  const answers = await (answersFile === undefined
    ? askAll(world.ask, known, given)
    : completeAnswers(known, given, answersFile));
  await write(options, world, { machine, network, answers });
}

interface Gathered {
  readonly machine: Machine;
  readonly network: NetworkFacts;
  readonly answers: Answers;
}

async function write(
  options: InitOptions,
  world: InitWorld,
  { machine, network, answers }: Gathered,
): Promise<void> {
  const place = parsePlace(answers.place);
  const cluster = "kubeconfig" in place ? await lookAt(place.kubeconfig, world) : undefined;
  const location = await locate(place, cluster?.server, network.localAddresses);
  const reach = await reachOf(location, network, options.address);

  const isHere = location.kind === "here" && location.lanAddress === undefined;
  const cpuVendor = isHere ? machine.cpu.vendor : undefined;
  const gpuModels = cluster?.gpuModels ?? (isHere ? machine.gpus.flatMap(({ model }) => model ?? []) : []);
  const zone = await world.zoneOf(answers.domain);
  const declaration = declarationOf(answers, {
    address: addressToDeclare(location, reach),
    addressChanges: reach.kind === "forwarded",
    gpuModels: [...new Set(gpuModels)],
    ...(zone === undefined ? {} : { zone: zone.name }),
    ...(cpuVendor === undefined ? {} : { cpuVendor }),
  });

  const stack = options.stack ?? answers.name;
  const file = join(world.folder, `Pulumi.${stack}.yaml`);
  const existing = await readIfPresent(file);
  const replace = existing !== undefined && (await mayReplace(options, world, file));
  const { text, site } = stackFileText(
    declaration,
    existing === undefined ? undefined : { name: basename(file), text: existing },
  );
  // Last of all: nobody is to write down words for a site that cannot be.
  const wordsFile = newWalletFile(answers);
  const newWallet =
    wordsFile === undefined ? undefined : { file: wordsFile, address: await world.makeWallet(wordsFile) };
  await writeWhole(file, text, replace);
  if (options.json) {
    const forwards = forwardsOf(reach);
    world.print(JSON.stringify({ stack, file, site, reach, forwards, newWallet }, null, 2));
  } else {
    world.print(describeResult(stack, file, site, reach, newWallet));
  }
}

/** A cluster that does not answer now may do so later: its file is written all the same. */
async function lookAt(kubeconfig: string, world: InitWorld): Promise<ClusterFacts | undefined> {
  try {
    const facts = await world.cluster(kubeconfig);
    const gpus = facts.gpuModels.join(", ") || "no GPU that can be rented out yet";
    world.say(`The cluster at ${facts.server} has ${facts.nodes} nodes; ${gpus}.`);
    return facts;
  } catch (error) {
    world.say(
      pc.yellow(`The cluster could not be asked: ${error instanceof Error ? error.message : String(error)}`),
    );
    return undefined;
  }
}

async function mayReplace(options: InitOptions, world: InitWorld, file: string): Promise<boolean> {
  if (options.force) return true;
  const asked = world.interactive && options.answers === undefined;
  if (asked && (await world.confirm(`${file} exists. Replace its site?`))) return true;
  throw new InitError(
    `${file} exists already and was left as it is. --force replaces it; --stack names another.`,
  );
}

async function readAnswers(file: string): Promise<string> {
  const text = await readIfPresent(file);
  if (text === undefined) throw new InitError(`There is no answers file ${file}. --help shows one.`);
  return text;
}

function knownOf(world: InitWorld, network: NetworkFacts): Known {
  const { lanAddress } = network;
  const region = regionOfTimeZone(world.timeZone);
  return {
    hostName: world.hostName,
    kubeconfigs: world.kubeconfigs,
    ...(lanAddress === undefined ? {} : { lanAddress }),
    ...(region === undefined ? {} : { region }),
    servedByCloudflare: async (domain) => {
      const zone = await world.zoneOf(domain);
      return zone?.servers.some((server) => server.endsWith(".ns.cloudflare.com")) ?? false;
    },
  };
}

function realWorld(): InitWorld {
  return {
    folder: PROJECT,
    interactive: process.stdin.isTTY === true,
    machine: () => readMachine(),
    network: readNetwork,
    cluster: readCluster,
    zoneOf,
    kubeconfigs: kubeconfigCandidates().filter((file) => existsSync(file.replace(/^~/, homedir()))),
    hostName: hostname(),
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    ask: askOnTerminal,
    confirm: confirmOnTerminal,
    makeWallet: makeWalletOnTerminal,
    say: (text) => process.stderr.write(`${text}\n`),
    print: (text) => process.stdout.write(`${text}\n`),
  };
}

function kubeconfigCandidates(): string[] {
  const fromEnvironment = process.env["KUBECONFIG"]?.split(":").filter((file) => file !== "") ?? [];
  return [...fromEnvironment, "~/.kube/config", "/etc/rancher/k3s/k3s.yaml"];
}
