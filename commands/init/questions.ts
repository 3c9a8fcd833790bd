import { type AnswerName, type Answers, complaintOf, newWalletFile } from "./answers.ts";
import { InitError } from "./errors.ts";
import { REGIONS } from "./regions.ts";

/** What is known before a question is asked. */
export interface Known {
  readonly hostName: string;
  /** Kubeconfigs that were found, the likeliest first. */
  readonly kubeconfigs: readonly string[];
  readonly lanAddress?: string;
  readonly region?: string;
  /** Whether a domain is served by Cloudflare. */
  servedByCloudflare(domain: string): Promise<boolean>;
}

/** One question as a terminal shows it. */
export interface Question {
  readonly message: string;
  /** Taken when the person only presses Enter, and for what an answers file leaves out. */
  readonly standard?: string;
  /** Offered to choose from; text is typed without them. */
  readonly choices?: readonly { readonly value: string; readonly name: string }[];
  /** What is wrong with an answer; undefined when it is right. */
  check(value: string): string | undefined;
}

/** Puts a question to somebody and gives the answer. */
export type Ask = (question: Question) => Promise<string>;

interface Plan {
  readonly message: string;
  standard(known: Known, given: Partial<Answers>): string | undefined | Promise<string | undefined>;
  readonly choices?: Question["choices"];
}

/** The questions in their order; there are eight. */
const PLANS: Readonly<Record<AnswerName, Plan>> = {
  name: {
    message: "A short name for the site",
    standard: ({ hostName }) => siteName(hostName),
  },
  domain: {
    message: "Its domain (it will answer at provider.<domain> and *.ingress.<domain>)",
    standard: () => undefined,
  },
  email: {
    message: "E-mail address that tenants and auditors see",
    standard: (_, { domain }) => `ops@${domain}`,
  },
  network: {
    message: "Network",
    standard: () => "mainnet",
    choices: [
      { value: "mainnet", name: "mainnet: real leases, real money" },
      { value: "sandbox", name: "sandbox: for trying out" },
    ],
  },
  wallet: {
    message:
      "Where the wallet's words are: env:VARIABLE, file:PATH or prompt; new:PATH makes one (never the words)",
    standard: (_, { name = "" }) => `env:${name.toUpperCase().replaceAll("-", "_")}_MNEMONIC`,
  },
  place: {
    message: "Where it runs: the path of a kubeconfig, or machines as user@host, separated by commas",
    standard: ({ kubeconfigs, lanAddress }) => kubeconfigs[0] ?? (lanAddress && `root@${lanAddress}`),
  },
  dns: {
    message: "Who makes the DNS records",
    standard: async (known, { domain = "" }) =>
      (await known.servedByCloudflare(domain)) ? "cloudflare" : "manual",
    choices: [
      { value: "cloudflare", name: "Cloudflare, with an API token" },
      { value: "manual", name: "I make them by hand; they are printed and checked" },
    ],
  },
  region: {
    message: "Region",
    standard: ({ region }) => region ?? "na-us-west",
    choices: Object.entries(REGIONS).map(([value, { name }]) => ({ value, name: `${value}: ${name}` })),
  },
};

/** A host's name as a site's name. */
function siteName(hostName: string): string {
  const name = hostName
    .split(".", 1)[0]
    ?.toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+|-+$/g, "")
    .slice(0, 40);
  return name !== undefined && complaintOf("name", name) === undefined ? name : "site";
}

/**
 * Asks what is not given.
 *
 * @param given answers that are there already
 */
export async function askAll(ask: Ask, known: Known, given: Partial<Answers> = {}): Promise<Answers> {
  const answers: Partial<Answers> = { ...given };
  for (const name of Object.keys(PLANS) as AnswerName[]) {
    if (answers[name] !== undefined) continue;
    const { message, choices, standard: plan } = PLANS[name];
    const standard = await plan(known, answers);
    const check = (value: string) => complaintOf(name, value);
    answers[name] = (
      await ask({
        message,
        check,
        ...(standard === undefined ? {} : { standard }),
        ...(choices && { choices }),
      })
    ).trim();
  }
  return answers as Answers;
}

/**
 * Completes an answers file with the defaults.
 *
 * @throws {InitError} naming what has no default, and every answer that is wrong
 */
export async function completeAnswers(known: Known, given: Partial<Answers>, file: string): Promise<Answers> {
  const missing: string[] = [];
  const answers = await askAll(
    async ({ message, standard }) => {
      if (standard === undefined) missing.push(message);
      return standard ?? "";
    },
    known,
    given,
  );
  const wrong = (Object.keys(PLANS) as AnswerName[]).flatMap((name) => {
    if (missing.includes(PLANS[name].message))
      return [`${name}: is missing. Expected: ${PLANS[name].message}.`];
    if (name === "wallet" && newWalletFile(answers) !== undefined) {
      return ["wallet: The words of a new wallet are shown on a terminal. Run init there without --answers."];
    }
    // A default is right whenever the answer it is made from is.
    const complaint = given[name] === undefined ? undefined : complaintOf(name, given[name]);
    return complaint === undefined ? [] : [`${name}: ${complaint}`];
  });
  if (wrong.length > 0) {
    throw new InitError([`${file} cannot be used.`, ...wrong.map((line) => `- ${line}`)].join("\n"));
  }
  return answers;
}
