import { stringify } from "yaml";
import type { FleetSite } from "../declaration/resolve.ts";
import type { Wave } from "../rollout/waves.ts";

/** What the operator has to know besides the fleet. */
export interface OperatorOptions {
  /** Major version of the Pulumi Kubernetes Operator; default 2. Version 1 knows no service accounts of workspaces. */
  readonly version?: 1 | 2;
  /** Git address that holds this project with its rendered stack files. */
  readonly repository: string;
  /** Branch that is followed; default `main`. */
  readonly branch?: string;
  /** The engine's backend, for example `s3://fleet-state?region=eu-central-1`. */
  readonly backend: string;
  /** Namespace of the Stack resources; default `pulumi-akash`. */
  readonly namespace?: string;
  /** Seconds between two comparisons with the world; default 3600. */
  readonly resyncSeconds?: number;
  /** How long a site's success may be ago when the next wave begins, for example `2h`; default `24h`. */
  readonly succeededWithin?: string;
}

/** A `Stack` of `pulumi.com/v1`. */
export interface OperatorStack {
  readonly apiVersion: "pulumi.com/v1";
  readonly kind: "Stack";
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly spec: Readonly<Record<string, unknown>>;
}

/** Name of the Secret, per site, with what the stack needs at run time. */
export const secretName = (site: string) => `pulumi-akash-${site}`;

/**
 * The fleet as resources of the Pulumi Kubernetes Operator. A wave waits until every site of the wave before has
 * succeeded. The declaration is not repeated: the operator reads the stack file from the repository. Secrets are
 * named only: each variable comes from the Secret `pulumi-akash-<site>`.
 */
export function operatorStacks(
  sites: readonly FleetSite[],
  waves: readonly Wave[],
  options: OperatorOptions,
): OperatorStack[] {
  const byName = new Map(sites.map((site) => [site.name, site]));
  return waves.flatMap((wave, index) =>
    wave.sites.flatMap((name) => {
      const site = byName.get(name);
      return site === undefined ? [] : [operatorStack(site, index, waves[index - 1]?.sites ?? [], options)];
    }),
  );
}

function operatorStack(
  site: FleetSite,
  wave: number,
  before: readonly string[],
  options: OperatorOptions,
): OperatorStack {
  const { version = 2, repository, branch = "main", backend, namespace = "pulumi-akash" } = options;
  const { resyncSeconds = 3600, succeededWithin = "24h" } = options;
  const prerequisites = before.map((name) => ({
    name,
    requirement: { succeededWithinDuration: succeededWithin },
  }));
  return {
    apiVersion: "pulumi.com/v1",
    kind: "Stack",
    metadata: {
      name: site.name,
      namespace,
      labels: { "app.kubernetes.io/part-of": "pulumi-akash", "pulumi-akash/wave": String(wave + 1) },
    },
    spec: {
      stack: `organization/pulumi-akash/${site.name}`,
      projectRepo: repository,
      branch: branch.startsWith("refs/") ? branch : `refs/heads/${branch}`,
      backend,
      envRefs: Object.fromEntries(
        secretVariables(site, backend).map((variable) => [
          variable,
          { type: "Secret", secret: { name: secretName(site.name), namespace, key: variable } },
        ]),
      ),
      refresh: true,
      resyncFrequencySeconds: resyncSeconds,
      continueResyncOnCommitMatch: true,
      // Removing the resource must never take a site with running leases down.
      destroyOnFinalize: false,
      ...(prerequisites.length === 0 ? {} : { prerequisites }),
      ...(version === 1 ? {} : { serviceAccountName: "pulumi-akash", workspaceReclaimPolicy: "Delete" }),
    },
  };
}

/** What each kind of backend reads its credentials from. */
const BACKEND_VARIABLES: Readonly<Record<string, readonly string[]>> = {
  "s3:": ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"],
  "azblob:": ["AZURE_STORAGE_ACCOUNT", "AZURE_STORAGE_KEY"],
  "gs:": ["GOOGLE_CREDENTIALS"],
  "https:": ["PULUMI_ACCESS_TOKEN"],
};

/** Names of the variables that a site reads secrets from, and what opens and unlocks its state. */
export function secretVariables({ declaration }: Pick<FleetSite, "declaration">, backend: string): string[] {
  const scheme = /^\w+:/.exec(backend)?.[0] ?? "";
  const found = new Set([...(BACKEND_VARIABLES[scheme] ?? []), "PULUMI_CONFIG_PASSPHRASE"]);
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if (key.endsWith("Env") && typeof inner === "string") found.add(inner);
      else visit(inner);
    }
  };
  visit(declaration);
  return [...found];
}

/** One YAML document per resource. */
export function renderStacks(stacks: readonly OperatorStack[]): string {
  const head = "# Made by `npm run fleet -- export operator` from the fleet's declaration.\n";
  return head + stacks.map((stack) => `---\n${stringify(stack, { lineWidth: 0 })}`).join("");
}
