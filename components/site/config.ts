import type { z } from "zod";
import { explain, type Problem, problemsOf } from "./problems.ts";
import { exclusive, rules, secrets } from "./rules.ts";
import { siteSchema } from "./schema.ts";

export type { Problem } from "./problems.ts";
export type { SiteDeclaration } from "./schema.ts";

type Parsed = z.output<typeof siteSchema>;
type Dns = Parsed["dns"];
type WithZone<T> = T extends { zone?: string | undefined } ? Omit<T, "zone"> & { zone: string } : T;

/** One site, checked, every default applied. */
export interface SiteConfig extends Omit<Parsed, "hostUri" | "dns" | "contact" | "tls"> {
  /** https://host:port, published on chain; default `https://provider.<domain>:8443`. */
  readonly hostUri: string;
  /** Default provider `manual`; default zone the domain. */
  readonly dns: WithZone<Dns>;
  /** Default website `https://<domain>`. */
  readonly contact: { readonly email: string; readonly website: string };
  /** Default issuer `letsencrypt-dns01` where the DNS provider has an API, otherwise `self-signed`. */
  readonly tls: {
    readonly issuer: "letsencrypt-dns01" | "letsencrypt-http01" | "self-signed";
    readonly email: string;
  };
  /**
   * `auto` is resolved as far as the declaration tells: `none` on an existing cluster when `pricing.gpu` names no model,
   * `chart` on machines of the site's own when it does. Else it stays, and what is found decides (`gpuSupportArgs`): a
   * device plugin of somebody else's, or what is on the buses.
   */
  readonly gpu: Parsed["gpu"];
}

/** A declaration that cannot be a site. The message lists every problem with its remedy. */
export class SiteConfigError extends Error {
  override readonly name = "SiteConfigError";
  readonly problems: readonly Problem[];

  constructor(where: string, problems: readonly Problem[]) {
    const count = problems.length === 1 ? "one problem" : `${problems.length} problems`;
    super([`${where}: ${count}.`, ...problems.map((problem) => `- ${formatProblem(problem)}`)].join("\n"));
    this.problems = problems;
  }
}

/** One problem in a line: path, value, what is wrong, what to do. */
export function formatProblem({ path, value, problem, remedy }: Problem): string {
  const place = path === "" ? "" : `${path}: `;
  return `${place}${value === "" ? problem : `${value} ${problem}`}. ${remedy}`;
}

/**
 * Check a declaration and apply the defaults.
 *
 * @param value what stands under `akash:site`
 * @param where named in the error, for example the stack file
 * @throws {SiteConfigError} with every problem at once
 */
export function parseSiteConfig(value: unknown, where = "akash:site"): SiteConfig {
  const exposed = secrets(value);
  const parsed = siteSchema.safeParse(value, { error: explain });
  const excluded = exclusive(value);
  const broken = rules.flatMap((rule) => rule(value));
  const ambiguous = new Set(excluded.map(({ path }) => path));
  const mistaken = parsed.success ? [] : problemsOf(value, parsed.error.issues, ambiguous);
  const problems = onePerPath([...exposed, ...excluded, ...broken, ...mistaken]);
  if (!parsed.success || problems.length > 0) throw new SiteConfigError(where, problems);
  return withDerivedDefaults(parsed.data);
}

/** The first problem of a field says most; what a general check adds to it is noise. */
function onePerPath(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ path }) => !seen.has(path) && seen.add(path));
}

function withDerivedDefaults(site: Parsed): SiteConfig {
  const { dns, contact, tls, gpu, domain } = site;
  return {
    ...site,
    hostUri: site.hostUri ?? `https://provider.${domain}:8443`,
    dns: dns.provider === "manual" ? dns : { ...dns, zone: dns.zone ?? domain },
    contact: { email: contact.email, website: contact.website ?? `https://${domain}` },
    tls: {
      issuer: tls.issuer ?? (dns.provider === "manual" ? "self-signed" : "letsencrypt-dns01"),
      email: tls.email ?? contact.email,
    },
    gpu: { ...gpu, operator: gpu.operator === "auto" ? operatorFor(site) : gpu.operator },
  };
}

function operatorFor({ pricing, nodes }: Parsed): Parsed["gpu"]["operator"] {
  const priced = Object.keys(pricing.gpu).length > 0;
  if (nodes === undefined) return priced ? "auto" : "none";
  return priced ? "chart" : "auto";
}

/** Whether the site's own GPU operator is to be expected, before anything is found that speaks against it. */
export function expectsGpuOperator({
  gpu,
  nodes,
}: Pick<SiteConfig, "nodes"> & { readonly gpu: Pick<SiteConfig["gpu"], "operator"> }): boolean {
  return gpu.operator === "chart" || (gpu.operator === "auto" && nodes === undefined);
}
