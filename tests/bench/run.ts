/**
 * The figures of the benchmark, as JSON on standard output: each with its target and whether it is met, absolute
 * seconds and CPU seconds beside each ratio, both sides in this run and environment. `--runs N` (default 3) sets how often each side runs;
 * `--only site`, `--only hosts`, `--only fleet` and `--only doctor` leave the other figures out, and `--sites N`
 * (default 16) is the largest fleet.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { stackEnvironment } from "../../commands/stack.ts";
import { createProgress, ensureToolchain } from "../../toolchain/index.ts";
import { Checkout, startOfCommands } from "../support/checkout.ts";
import { timeDoctor } from "./doctor.ts";
import { measureFleets } from "./fleet.ts";
import { timeHosts } from "./hosts.ts";
import { type Cost, measure, middle } from "./measure.ts";
import { countChainRequests, resourceCount } from "./noop.ts";
import { writePlainProgram } from "./plain.ts";
import { timeRegistration } from "./registration.ts";
import { declareDns } from "./site.ts";
import { withVerdicts } from "./verdicts.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "3" },
    only: { type: "string" },
    sites: { type: "string", default: "16" },
  },
});
const runs = Number.parseInt(values.runs, 10);
const wanted = (part: "site" | "hosts" | "fleet" | "doctor") =>
  values.only === undefined || values.only === part;
const progress = createProgress();
const toolchain = await ensureToolchain({ tools: ["engine", "embedded"], progress });
const checkout = await Checkout.create();
try {
  const figures = {
    ...(wanted("site") ? await measureSite() : {}),
    ...(wanted("doctor") ? { doctor: await timeDoctor(runs) } : {}),
    ...(wanted("hosts") ? { hosts: await timeHosts(runs) } : {}),
    ...(wanted("fleet")
      ? {
          fleetDrift: await measureFleets(
            checkout,
            toolchain,
            { runs, most: Number.parseInt(values.sites, 10) },
            step,
          ),
        }
      : {}),
  };
  process.stdout.write(`${JSON.stringify(withVerdicts(figures), null, 2)}\n`);
} finally {
  await checkout.remove();
}

/** The embedded site beside a plain program with as many resources. */
async function measureSite() {
  const dns = await declareDns(checkout.folder);
  try {
    return { dnsReadBack: dns.readBack, ...(await measureSiteWith({ ...toolchain.env, ...dns.env })) };
  } finally {
    await dns.stop();
  }
}

async function measureSiteWith(env: NodeJS.ProcessEnv) {
  const site = {
    cwd: checkout.folder,
    start: startOfCommands(checkout.folder),
  };
  const up = () =>
    step("up", () => measure(process.execPath, [...site.start, "up", "--json"], { cwd: site.cwd, env }));
  const first = await up();
  const second = await up();
  const engine = await engineEnvironment(checkout.folder, env);
  const count = await resourceCount(engine);
  const plain = join(checkout.folder, "plain");
  await writePlainProgram(plain, {
    packages: join(checkout.folder, "node_modules"),
    kubeconfig: join(checkout.folder, ".embedded", "kubeconfig"),
    count,
  });
  await measure("pulumi", ["stack", "init", "plain", "--no-select"], { cwd: plain, env: engine });
  await step("plain program", () =>
    measure("pulumi", ["up", "--stack", "plain", "--yes", "--skip-preview", "--non-interactive"], {
      cwd: plain,
      env: engine,
    }),
  );
  const preview = [
    "preview",
    "--refresh",
    "--run-program",
    "--non-interactive",
    "--expect-no-changes",
    "--stack",
  ];
  const sides: { site: Cost[]; plain: Cost[] } = { site: [], plain: [] };
  for (let run = 0; run < runs; run++) {
    sides.site.push(
      await step("site preview", () =>
        measure("pulumi", [...preview, "dev"], { cwd: site.cwd, env: engine }),
      ),
    );
    sides.plain.push(
      await step("plain preview", () =>
        measure("pulumi", [...preview, "plain"], { cwd: plain, env: engine }),
      ),
    );
  }
  const [noop, base] = [middle(sides.site), middle(sides.plain)];
  return {
    resources: count,
    noopPreview: {
      site: noop,
      plain: base,
      ratio: noop.seconds / base.seconds,
      cpuRatio: noop.cpuSeconds / base.cpuSeconds,
      target: { ratio: 1.4, seconds: 6, peakMegabytes: 1500 },
    },
    firstUp: { ...first, target: { seconds: 90 } },
    secondUp: { ...second, target: { seconds: 20 } },
    chainRequests: { ...(await countChainRequests(checkout.folder, engine)), target: { requests: 10 } },
    registration: await timeRegistration(toolchain, runs),
  };
}

async function step(label: string, act: () => Promise<Cost>): Promise<Cost> {
  const running = progress.start(label);
  const cost = await act();
  running.done();
  return cost;
}

async function engineEnvironment(folder: string, env: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  const embedded = join(folder, ".embedded");
  if (!existsSync(embedded))
    throw new Error(`${embedded} is missing: \`up\` did not start the embedded site.`);
  return { ...env, ...(await stackEnvironment({ name: "dev", embedded: true }, embedded)) };
}
