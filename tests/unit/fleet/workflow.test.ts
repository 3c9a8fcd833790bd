import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, it } from "mocha";
import { renderWorkflow } from "../../../fleet/export/workflow.ts";
import { problemsOf } from "../../support/actionlint.ts";

const EXAMPLE = join(import.meta.dirname, "../../../docs/examples/fleet-github-actions.yml");
const example = readFileSync(EXAMPLE, "utf8");

const site = (name: string) => ({
  name,
  declaration: { wallet: { mnemonicEnv: `${name.replaceAll("-", "_").toUpperCase()}_WORDS` } },
});

describe("the workflow by actionlint", () => {
  it("is one that GitHub takes, as the documentation shows it", async () => {
    assert.deepEqual(await problemsOf(example), []);
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
        assert.deepEqual(await problemsOf(renderWorkflow(all.map(site), waves, given)), []);
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
  };
  for (const [what, [from, to, says]] of Object.entries(broken)) {
    it(`is refused where it ${what}`, async () => {
      assert.ok(example.includes(from));
      assert.match((await problemsOf(example.replace(from, to))).join("\n"), says);
    });
  }
});
