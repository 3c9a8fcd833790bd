import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { before, describe, it } from "mocha";
import { renderWorkflow } from "../../fleet/export/workflow.ts";
import { ensureToolchain, silentProgress, type Toolchain } from "../../toolchain/index.ts";

const EXAMPLE = join(import.meta.dirname, "../../docs/examples/fleet-github-actions.yml");
const example = readFileSync(EXAMPLE, "utf8");

const site = (name: string) => ({
  name,
  declaration: { wallet: { mnemonicEnv: `${name.replaceAll("-", "_").toUpperCase()}_WORDS` } },
});

describe("the workflow by actionlint", function () {
  this.timeout(300_000);
  let toolchain: Toolchain;
  before(async () => {
    toolchain = await ensureToolchain({ tools: ["actionlint", "shellcheck"], progress: silentProgress });
  });

  /** What it says of a workflow and, by shellcheck, of the scripts in it: one line per problem. */
  function problemsOf(workflow: string): Promise<string> {
    const options = ["-no-color", "-oneline", "-pyflakes=", "-shellcheck", toolchain.path("shellcheck"), "-"];
    return new Promise((resolve, reject) => {
      const child = spawn(toolchain.path("actionlint"), options, { stdio: ["pipe", "pipe", "inherit"] });
      let said = "";
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
        said += chunk;
      });
      child.once("error", reject);
      // 2 and above: it could not do its work.
      child.once("close", (code) =>
        code === 0 || code === 1 ? resolve(said) : reject(new Error(`actionlint ended with ${code}`)),
      );
      child.stdin.end(workflow);
    });
  }

  it("is one that GitHub takes, as the documentation shows it", async () => {
    assert.equal(await problemsOf(example), "");
  });

  it("is so for fleets and options of any kind", async () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9-]{1,39}$/), {
      minLength: 1,
      maxLength: 12,
    });
    const options = fc.record(
      {
        branch: fc.constantFrom("main", "release/1.x", "on", "1.0"),
        driftSchedule: fc.constantFrom("17 5 * * *", "*/30 * * * *", "0 0 1 1 0"),
        runsOn: fc.constantFrom(["self-hosted"], ["ubuntu-latest"], ["self-hosted", "linux", "x64"]),
        maxParallel: fc.integer({ min: 1, max: 20 }),
        backend: fc.constantFrom(
          "s3://state?region=eu-central-1&endpoint=minio:9000",
          "https://api.pulumi.com",
          "gs://state",
          "file:///srv/state",
        ),
      },
      { requiredKeys: ["backend"] },
    );
    await fc.assert(
      fc.asyncProperty(names, fc.integer({ min: 1, max: 4 }), options, async (all, size, given) => {
        const waves = Array.from({ length: Math.ceil(all.length / size) }, (_, index) => ({
          title: `Wave ${index + 1}`,
          sites: all.slice(index * size, (index + 1) * size),
        }));
        assert.equal(await problemsOf(renderWorkflow(all.map(site), waves, given)), "");
      }),
      { numRuns: 20 },
    );
  });

  const broken: Readonly<Record<string, readonly [from: string, to: string, says: RegExp]>> = {
    "waits for a job that is not there": [
      "needs: wave-1",
      "needs: wave-0",
      /job "wave-0" which does not exist/,
    ],
    "reads a matrix that it has not": [
      "site:\n          - berlin",
      "town:\n          - berlin",
      /"site" is not defined/,
    ],
    "asks in another language": ["== 'schedule'", "= 'schedule'", /unexpected character/],
    "runs by no clock": ["17 5 * * *", "17 5 * *", /invalid CRON format/],
    "has a key that GitHub does not know": ["fail-fast", "failfast", /unexpected key "failfast"/],
    "names an action without its version": ["checkout@v4", "checkout", /ref is missing/],
    "has two jobs of one name": ["  wave-2:", "  wave-1:", /"wave-1" is duplicated/],
    "asks for a right that there is not": ["contents: read", "contents: reed", /"reed" is invalid/],
    "gives a message of somebody's to the shell": [
      'doctor -- -s "$SITE"',
      "doctor -- -s $" + "{{ github.event.head_commit.message }}",
      /potentially untrusted/,
    ],
    "lets the shell take a site's name apart": ['doctor -- -s "$SITE"', "doctor -- -s $SITE", /SC2086/],
    "is no YAML": ["jobs:", "jobs: [", /could not parse as YAML/],
  };
  for (const [what, [from, to, says]] of Object.entries(broken)) {
    it(`is refused where it ${what}`, async () => {
      assert.ok(example.includes(from));
      assert.match(await problemsOf(example.replace(from, to)), says);
    });
  }
});
