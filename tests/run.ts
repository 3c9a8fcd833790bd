/**
 * Everything, in one go: types, lint, unit tests, tests that start programs of this machine, then the scenarios on
 * real services. Arguments name parts to run (`types`, `lint`, `unit`, `processes`, `integration`) or test files;
 * none means all parts.
 * What failed is said once more at the end, above the last line: `N passed, N failed, N skipped`.
 */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { contextOf } from "../toolchain/context.ts";
import { ensureGo } from "../toolchain/go.ts";
import { createProgress, ensureToolchain } from "../toolchain/index.ts";
import type { Tally } from "./support/reporter.ts";

const ROOT = join(import.meta.dirname, "..");
const BIN = join(ROOT, "node_modules", ".bin");
/** Files that are named when a part of the tests has ended. */
const LONGEST = 15;
/** Scenarios of minutes. They start first: one that starts late keeps a single core busy while the others idle. */
const LONG_SCENARIOS = [
  ...["nodes", "fleet", "k3sCluster", "takeover", "faultsInterrupted", "hostsRestart"],
  ...["package", "site", "takeoverGateway", "canary", "versions"],
];
const tally = { passed: 0, failed: 0, skipped: 0 };
const failures: string[] = [];

const wanted = process.argv.slice(2);
const files = wanted.filter((argument) => argument.endsWith(".ts"));
const cores = Math.max(2, cpus().length);
/** Node leaves there what each process ran of the sources. */
const coverage = mkdtempSync(join(tmpdir(), "pulumi-akash-coverage-"));
const covered = { ...process.env, NODE_V8_COVERAGE: coverage };
const runs = (part: string) => (wanted.length === 0 ? true : wanted.includes(part));

if (runs("types")) await check("types", join(BIN, "tsc"), ["--noEmit"]);
if (runs("lint")) {
  await check("lint", join(BIN, "biome"), ["check", "--error-on-warnings", "."]);
  const { path } = await ensureToolchain({ tools: ["lint"], progress: createProgress() });
  await check("shell scripts", path("shellcheck"), ["--external-sources", ...shellScripts()]);
}
if (runs("unit")) {
  // Some of them read the sources that our copies are compared with; where no Go can be had they say so.
  await ensureGo(contextOf({ progress: createProgress() })).catch(() => undefined);
  await mocha("unit", ["tests/unit/**/*.test.ts"], 20_000, covered);
}
if (runs("processes")) await mocha("processes", ["tests/processes/**/*.test.ts"], 60_000, covered);
if (runs("unit") && runs("processes")) {
  // What has to be covered, and how much of it, is in .c8rc.json.
  const report = ["report", "--temp-directory", coverage, "--reporter", "text-summary"];
  await check("coverage", join(BIN, "c8"), report);
}
rmSync(coverage, { recursive: true, force: true });
if (runs("integration") || files.length > 0) {
  // A home of the engine's own: the person's login and plugins are nobody's business here, and a file stands where
  // the engine would keep a log of each run, which costs a quarter of its time.
  const home = mkdtempSync(join(tmpdir(), "pulumi-akash-engine-"));
  writeFileSync(join(home, "logs"), "");
  process.env["PULUMI_HOME"] = home;
  const toolchain = await ensureToolchain({
    tools: ["engine", "embedded", "test"],
    progress: createProgress(),
  });
  const specs = files.length > 0 ? files : scenarios();
  // The engine, its plugins and the API servers collect garbage less often, for memory that is there: a seventh less of
  // their own time, a few hundredths of a scenario's.
  const env = { ...toolchain.env, PULUMI_HOME: home, GOGC: process.env["GOGC"] ?? "400" };
  // Each scenario has services, ports and a wallet of its own. Two for two cores leave a fifth of both idle: blocks,
  // leases and machines that boot are waited for.
  await mocha("integration", specs, 300_000, env, cores + 1);
  rmSync(home, { recursive: true, force: true });
}

for (const failure of failures) process.stdout.write(`✗ ${failure}\n`);
process.stdout.write(`${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped\n`);
process.exitCode = tally.failed > 0 || tally.passed === 0 ? 1 : 0;

async function check(name: string, program: string, args: string[]): Promise<void> {
  const code = await run(program, args, process.env);
  process.stdout.write(`${code === 0 ? "✓" : "✗"} ${name}\n`);
  if (code === 0) tally.passed++;
  else fail(name);
}

/** Files of the working tree that a shell runs, by their name or their first line. */
function shellScripts(): string[] {
  const listed = execFileSync("git", ["ls-files", "-z", "-co", "--exclude-standard"], { cwd: ROOT });
  return listed
    .toString()
    .split("\0")
    .filter((file) => /(^|\/)[^/.]+$|\.sh$|^\.ci\//.test(file) && existsSync(join(ROOT, file)))
    .filter(
      (file) => file.endsWith(".sh") || /^#!.*\b(ba)?sh\b/.test(readFileSync(join(ROOT, file), "utf8")),
    );
}

/** Test files of all scenarios, in the order in which they start. */
function scenarios(): string[] {
  const folder = join("tests", "integration");
  const tests = readdirSync(join(ROOT, folder)).filter((file) => file.endsWith(".test.ts"));
  const long = LONG_SCENARIOS.map((scenario) => `${scenario}.test.ts`);
  return [...new Set([...long, ...tests])].map((file) => join(folder, file));
}

/**
 * @param timeoutMs for a test that says nothing else
 * @param jobs test files at once
 */
async function mocha(
  name: string,
  specs: string[],
  timeoutMs: number,
  env = process.env,
  jobs = cores,
): Promise<void> {
  process.stdout.write(`\n${name} tests\n`);
  const folder = mkdtempSync(join(tmpdir(), "pulumi-akash-test-"));
  const tallyFile = join(folder, "tally.json");
  const support = (name: string) => join(ROOT, "tests", "support", name);
  const args = ["--no-config", "--reporter", support("reporter.ts"), "--require", support("endOfRun.ts")];
  args.push("--parallel", "--jobs", String(jobs), "--timeout", String(timeoutMs));
  const code = await run(join(BIN, "mocha"), [...args, ...specs], {
    ...env,
    TALLY_FILE: tallyFile,
  });
  const counted = readTally(tallyFile);
  rmSync(folder, { recursive: true, force: true });
  tally.passed += counted?.passed ?? 0;
  tally.skipped += counted?.skipped ?? 0;
  tally.failed += counted?.failed ?? 0;
  sayWhatTookLongest(counted?.seconds ?? {});
  failures.push(...(counted?.failures ?? []).map((failure) => `${name}: ${failure}`));
  // A runner that died before it could count is a failure by itself.
  if ((counted?.failed ?? 0) === 0 && code !== 0) fail(`${name} tests ended with ${code}`);
}

/** Where to look when the tests get slow. */
function sayWhatTookLongest(seconds: Tally["seconds"]): void {
  const longest = Object.entries(seconds).toSorted(([, a], [, b]) => b - a);
  const lines = longest
    .slice(0, LONGEST)
    .map(([file, time]) => `  ${time.toFixed(1).padStart(6)} s  ${file}\n`);
  process.stdout.write(`What took longest:\n${lines.join("")}`);
}

function fail(what: string): void {
  tally.failed++;
  failures.push(what);
}

function readTally(file: string): Tally | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Tally;
  } catch {
    return undefined;
  }
}

function run(command: string, args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, env, stdio: ["ignore", "inherit", "inherit"] });
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
}
