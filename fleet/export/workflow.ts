import { stringify } from "yaml";
import type { FleetSite } from "../declaration/resolve.ts";
import type { Wave } from "../rollout/waves.ts";
import { secretVariables } from "./operator.ts";

export interface WorkflowOptions {
  /** The engine's backend. */
  readonly backend: string;
  /** Branch whose changes are rolled out; default `main`. */
  readonly branch?: string;
  /** When drift is looked for, in cron's notation (UTC); default `17 5 * * *`. */
  readonly driftSchedule?: string;
  /** Labels of the runner, which must reach the sites' clusters; default `[self-hosted]`. */
  readonly runsOn?: readonly string[];
  /** Sites of a wave at once; default 4. */
  readonly maxParallel?: number;
}

const CHECKOUT = "actions/checkout@v4";

/** What a workflow is made of. */
type WorkflowSite = Pick<FleetSite, "name" | "declaration">;

/**
 * The fleet as a GitHub Actions workflow: a job per wave with a job for each of its sites, the next wave only when all
 * of them succeeded, and a look for drift every day. Each site has an environment of its own, so that a site's jobs
 * see that site's secrets only and an approval can be asked for.
 */
export function renderWorkflow(
  sites: readonly WorkflowSite[],
  waves: readonly Wave[],
  options: WorkflowOptions,
): string {
  const { branch = "main", driftSchedule = "17 5 * * *" } = options;
  const byName = new Map(sites.map((site) => [site.name, site]));
  const change = "github.event_name != 'schedule'";
  const rollout = waves.map(({ sites: names }, index) => [
    `wave-${index + 1}`,
    {
      ...(index === 0 ? { if: change } : { needs: `wave-${index}` }),
      ...siteJob(names, byName, options),
      steps: [{ uses: CHECKOUT }, step("up --yes"), step("doctor")],
    },
  ]);
  const drift = {
    if: "github.event_name == 'schedule'",
    ...siteJob([...byName.keys()], byName, options),
    steps: [{ uses: CHECKOUT }, step("drift")],
  };
  const workflow = {
    name: "fleet",
    on: {
      push: {
        branches: [branch],
        // What a site is made of, what judges it, and the programs that are pinned.
        paths: [
          "Pulumi.*.yaml",
          "package-lock.json",
          "components/**",
          "policies/**",
          "toolchain/**",
          "index.ts",
        ],
      },
      schedule: [{ cron: driftSchedule }],
      workflow_dispatch: {},
    },
    permissions: { contents: "read" },
    // One rollout at a time; a later change waits and is not thrown away.
    concurrency: { group: "fleet", "cancel-in-progress": false },
    jobs: Object.fromEntries([...rollout, ["drift", drift]]),
  };
  return `# Made by \`npm run fleet -- export github-actions\` from the fleet's declaration.\n${stringify(workflow, { lineWidth: 0 })}`;
}

function siteJob(
  names: readonly string[],
  byName: ReadonlyMap<string, WorkflowSite>,
  { backend, runsOn = ["self-hosted"], maxParallel = 4 }: WorkflowOptions,
) {
  const sites = names.flatMap((name) => byName.get(name) ?? []);
  const variables = new Set(sites.flatMap((site) => secretVariables(site, backend)));
  return {
    "runs-on": [...runsOn],
    // A site under way is never cut off because another one failed.
    strategy: { "fail-fast": false, "max-parallel": maxParallel, matrix: { site: [...names] } },
    environment: `\${{ matrix.site }}`,
    env: {
      PULUMI_BACKEND_URL: backend,
      SITE: `\${{ matrix.site }}`,
      ...Object.fromEntries([...variables].map((variable) => [variable, `\${{ secrets.${variable} }}`])),
    },
  };
}

/** The site's name reaches the shell as a variable, not as text of the script. */
function step(command: string) {
  const [name = "", ...flags] = command.split(" ");
  return { run: ["npm run", name, '-- -s "$SITE"', ...flags].join(" ") };
}
