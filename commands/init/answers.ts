import { z } from "zod";
import {
  formatProblem,
  parseSiteConfig,
  SiteConfigError,
  type SiteDeclaration,
} from "../../components/site/config.ts";
import { explain, problemsOf } from "../../components/site/problems.ts";
import type { WalletSource } from "../../components/wallet/types.ts";
import { parseYaml } from "../yaml.ts";
import { InitError } from "./errors.ts";
import { parsePlace } from "./place.ts";
import { wordsFileComplaint } from "./wordsFile.ts";

const answer = (description: string) => z.coerce.string().describe(description);

/** The answers to the questions, under the names they have in an answers file. */
const answersSchema = z.strictObject({
  name: answer("short name of the site"),
  domain: answer("domain of the site"),
  email: answer("e-mail address that tenants and auditors see"),
  network: answer("mainnet or sandbox"),
  wallet: answer("where the words are: env:VARIABLE, file:PATH, prompt, or new:PATH on a terminal"),
  place: answer("path of a kubeconfig, or machines as user@host, separated by commas"),
  dns: answer("who makes the DNS records: cloudflare or manual"),
  region: answer("location-region"),
});

export type Answers = z.output<typeof answersSchema>;
export type AnswerName = keyof Answers;

/** What is found out and not asked. */
export interface Findings {
  /** Public address to declare: `auto`, an IP or `cname:NAME`. */
  readonly address: string;
  /** Whether that address is a router's, which its provider may change. */
  readonly addressChanges?: boolean;
  /** Zone of the domain at its DNS host, where it is known. */
  readonly zone?: string;
  readonly gpuModels: readonly string[];
  readonly cpuVendor?: string;
}

/** USD a month that a new GPU model is priced at: the least the official price script asks. */
const FIRST_GPU_PRICE = 100;

/** Answers and findings as the declaration of a site. */
export function declarationOf(answers: Answers, findings: Findings): SiteDeclaration {
  const place = parsePlace(answers.place);
  const { zone, gpuModels, cpuVendor, addressChanges = false } = findings;
  return {
    name: answers.name,
    domain: answers.domain,
    network: answers.network as SiteDeclaration["network"],
    wallet: walletOf(answers.wallet),
    ...("nodes" in place ? { nodes: [...place.nodes] } : { cluster: place }),
    address: findings.address,
    dns:
      answers.dns === "cloudflare"
        ? {
            provider: "cloudflare",
            ...(zone === undefined ? {} : { zone }),
            ...(addressChanges ? { dynamic: true } : {}),
          }
        : { provider: answers.dns as "manual" },
    contact: { email: answers.email, website: `https://${answers.domain}` },
    attributes: {
      // What auditors look for; it is no address.
      host: "akash",
      organization: answers.name,
      email: answers.email,
      tier: "community",
      "location-region": answers.region,
      ...(cpuVendor === undefined ? {} : { "capabilities/cpu": cpuVendor }),
    },
    pricing: {
      cpu: 1.6,
      memory: 0.8,
      gpu: Object.fromEntries(gpuModels.map((model) => [model, FIRST_GPU_PRICE])),
    },
  };
}

/** What comes before the colon and what after it; the kind is undefined for `prompt`, and for what is no answer. */
function walletAnswer(text: string): { kind: string | undefined; rest: string } {
  const [, kind, rest = ""] = /^(env|file|new):(.*)$/.exec(text.trim()) ?? [];
  return { kind, rest: rest.trim() };
}

function walletOf(text: string): WalletSource {
  const { kind, rest } = walletAnswer(text);
  if (kind === "env") return { mnemonicEnv: rest };
  return kind === undefined ? { prompt: true } : { mnemonicFile: rest };
}

/** Where the words of a wallet are to be kept that is yet to be made; undefined for one that exists. */
export function newWalletFile({ wallet }: Pick<Answers, "wallet">): string | undefined {
  const { kind, rest } = walletAnswer(wallet);
  return kind === "new" ? rest : undefined;
}

function walletComplaint(value: string): string | undefined {
  const { kind, rest } = walletAnswer(value);
  if (kind === undefined && value.trim() !== "prompt") {
    return "Write env:VARIABLE, file:PATH, new:PATH or prompt; never the words themselves.";
  }
  return kind === "file" || kind === "new" ? wordsFileComplaint(rest) : undefined;
}

/** Answers that are right, to try a single other one in their place. */
const RIGHT: Answers = {
  name: "garage",
  domain: "example.com",
  email: "ops@example.com",
  network: "mainnet",
  wallet: "prompt",
  place: "~/.kube/config",
  dns: "manual",
  region: "eu-central",
};

/** Where an answer stands in the declaration. */
const PLACES: Readonly<Record<AnswerName, RegExp>> = {
  name: /^name$/,
  domain: /^domain$/,
  email: /^contact\.email$/,
  network: /^network$/,
  wallet: /^wallet/,
  place: /^(cluster|nodes)/,
  dns: /^dns/,
  region: /^attributes\.location-region$/,
};

/** The embedded site's network is none of a real site, which would be taken for the embedded one, and removed as it is. */
function networkComplaint(value: string): string | undefined {
  if (value === "mainnet" || value === "sandbox") return undefined;
  return `${JSON.stringify(value)} is not a network of a real site. Choose mainnet or sandbox.`;
}

/** Looked at before the declaration's own rules. */
const OWN_COMPLAINTS: Partial<Record<AnswerName, (value: string) => string | undefined>> = {
  network: networkComplaint,
  wallet: walletComplaint,
};

/** What is wrong with one answer, for the person who typed it; undefined when it is right. */
export function complaintOf(name: AnswerName, value: string): string | undefined {
  const own = OWN_COMPLAINTS[name]?.(value);
  if (own !== undefined) return own;
  try {
    parseSiteConfig(declarationOf({ ...RIGHT, [name]: value }, { address: "auto", gpuModels: [] }));
    return undefined;
  } catch (error) {
    if (!(error instanceof SiteConfigError)) throw error;
    const first = error.problems.find(({ path }) => PLACES[name].test(path)) ?? error.problems[0];
    return first && `${first.value} ${first.problem}. ${first.remedy}`;
  }
}

/**
 * Reads an answers file, YAML or JSON; what it leaves out stays undefined.
 *
 * @throws {InitError} listing every problem
 */
export function parseAnswers(text: string, file: string): Partial<Answers> {
  const value = parseYaml(text, file, (problems) => new InitError(problems.join("\n"))) ?? {};
  const parsed = answersSchema.partial().safeParse(value, { error: explain });
  if (!parsed.success) {
    const problems = problemsOf(value, parsed.error.issues, new Set()).map(formatProblem);
    throw new InitError([`${file} cannot be used.`, ...problems.map((line) => `- ${line}`)].join("\n"));
  }
  return Object.fromEntries(Object.entries(parsed.data).filter(([, given]) => given !== undefined));
}
