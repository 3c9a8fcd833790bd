/**
 * Mutation tests, area after area; arguments name areas, none means all. What an earlier run has judged and
 * nobody has changed since is not judged again. Ends with a table; fails below the score that is asked for.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { areas } from "./areas.ts";

/** Per cent of the mutants that tests notice, over all areas that ran. */
const leastScore = 85;

const root = join(import.meta.dirname, "..", "..");
const noticed = ["Killed", "Timeout"];
const missed = ["Survived", "NoCoverage"];

interface Report {
  readonly files: Readonly<Record<string, { readonly mutants: readonly { readonly status: string }[] }>>;
}

function judge(area: string): { readonly caught: number; readonly all: number } {
  const { status } = spawnSync(join(root, "node_modules", ".bin", "stryker"), ["run"], {
    cwd: root,
    env: { ...process.env, AREA: area },
    stdio: "inherit",
  });
  if (status !== 0) throw new Error(`The mutation tests of ${area} did not run to their end.`);
  const report = JSON.parse(
    readFileSync(join(root, "reports", "mutation", `${area}.json`), "utf8"),
  ) as Report;
  const results = Object.values(report.files).flatMap(({ mutants }) =>
    mutants.map((mutant) => mutant.status),
  );
  const count = (statuses: readonly string[]) => results.filter((result) => statuses.includes(result)).length;
  return { caught: count(noticed), all: count([...noticed, ...missed]) };
}

function line(name: string, { caught, all }: { readonly caught: number; readonly all: number }): string {
  return `${name.padEnd(12)}${((100 * caught) / all).toFixed(1).padStart(6)} %  ${caught} of ${all}\n`;
}

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(areas);
const scores = wanted.map((area) => ({ area, ...judge(area) }));
const sum = {
  caught: scores.reduce((total, { caught }) => total + caught, 0),
  all: scores.reduce((total, { all }) => total + all, 0),
};
process.stdout.write(`\nMutants noticed\n${scores.map((score) => line(score.area, score)).join("")}`);
process.stdout.write(line("together", sum));
process.exitCode = (100 * sum.caught) / sum.all < leastScore ? 1 : 0;
