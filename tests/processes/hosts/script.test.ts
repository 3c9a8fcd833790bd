import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import fc from "fast-check";
import { describe, it } from "mocha";
import { renderScript } from "../../../components/hosts/script.ts";
import { DesiredInvalid, quote, shellVariables } from "../../../components/hosts/shell.ts";
import type { Desired } from "../../../components/hosts/types.ts";

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a text as the program of a bash, with more on standard input after it. */
function bash(text: string, input: string | Uint8Array = ""): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn("bash", ["-s"], { stdio: "pipe" });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => (stdout += chunk));
    child.stderr.on("data", (chunk) => (stderr += chunk));
    child.stdin.on("error", () => {});
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
    child.stdin.write(text);
    child.stdin.end(input);
  });
}

const read = { path: "hosts/scripts/read.sh" };

describe("variables for scripts", () => {
  it("gives each kind of value its form", () => {
    const desired: Desired = {
      kubeVersion: "v1.34",
      count: 3,
      enabled: true,
      nothing: undefined,
      ports: [80, 443],
      none: [],
      sysctl: { "vm.max": 1 },
      peers: [{ host: "a", port: 1 }, { host: "b" }],
    };
    assert.deepEqual(shellVariables(desired), [
      "want_kube_version='v1.34'",
      "want_count='3'",
      "want_enabled='true'",
      "want_nothing=''",
      "want_ports=('80' '443')",
      "want_none=()",
      "want_none_count='0'",
      "declare -A want_sysctl=(['vm.max']='1')",
      "want_peers_count='2'",
      "want_peers_host=('a' 'b')",
      "want_peers_port=('1' '')",
    ]);
  });

  it("refuses what no variable can hold", () => {
    assert.throws(() => shellVariables({ deep: { a: { b: 1 } } } as unknown as Desired), DesiredInvalid);
    assert.throws(() => shellVariables({ lists: [[1]] } as unknown as Desired), DesiredInvalid);
    assert.throws(() => shellVariables({ "a b": "x" }), DesiredInvalid);
    assert.throws(() => shellVariables({ map: { "": "x" } }), DesiredInvalid);
    assert.throws(() => shellVariables({ number: Number.NaN }), DesiredInvalid);
    assert.throws(() => quote("a\0b"), DesiredInvalid);
  });

  it("hands over any text as it is, in scalars, lists, maps and records", async function () {
    this.timeout(30_000);
    const text = fc
      .string({ unit: "binary-ascii", maxLength: 12 })
      .map((value) => value.replaceAll("\0", "'"));
    const values = fc.uniqueArray(
      text.filter((value) => value !== ""),
      { minLength: 1, maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(text, values, async (one, many) => {
        const desired = {
          one,
          many,
          map: Object.fromEntries(many.map((value) => [value, `${value}!`])),
          records: many.map((value) => ({ value })),
        };
        const { stdout, stderr } = await bash(
          [
            ...shellVariables(desired),
            `printf '%s\\0' "$want_one" "\${want_many[@]}" "\${want_records_value[@]}"`,
            `for key in "\${want_many[@]}"; do printf '%s\\0' "\${want_map[$key]}"; done`,
            "",
          ].join("\n"),
        );
        assert.deepEqual(
          stdout.split("\0").slice(0, -1),
          [one, ...many, ...many, ...many.map((value) => `${value}!`)],
          stderr,
        );
      }),
      { numRuns: 15 },
    );
  });
});

describe("a script on its way", () => {
  it("prints facts in which any text survives", async function () {
    this.timeout(30_000);
    const printable = fc.string({ unit: "grapheme", maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(
        printable.filter((value) => !/\p{Cc}|\p{Cs}/u.test(value)),
        async (value) => {
          const library = await renderScript(read, { path: "/nonexistent" });
          const body = `fact text ${quote(value)}\nfact_list list ${quote(value)} b\nfact_bool yes true\nfact_bool no false\nfacts\n`;
          const { stdout } = await bash(
            library.replace(/\n: "\$\{want_path\?\}"[\s\S]*\nexit 0/, () => `\n${body}exit 0`),
          );
          assert.deepEqual(JSON.parse(stdout), { text: value, list: [value, "b"], yes: true, no: false });
        },
      ),
      { numRuns: 10 },
    );
  });

  it("does nothing when only its beginning arrives", async () => {
    const whole = (await renderScript(read, { path: "/etc/hostname" })).replace(
      "set -Eeuo pipefail",
      "echo begun",
    );
    const { stdout, code } = await bash(whole.slice(0, -20));
    assert.equal(stdout, "");
    assert.notEqual(code, 0);
  });

  it("keeps the script from a command that reads standard input, and gives it its input when there is some", async () => {
    const bodyOf = (text: string) =>
      text.replace(/\n: "\$\{want_path\?\}"[\s\S]*\nexit 0/, '\necho "got:$(cat)"\nexit 0');
    const without = await bash(bodyOf(await renderScript(read, { path: "x" })), "rest");
    assert.equal(without.stdout, "got:\n");
    const given = await bash(bodyOf(await renderScript(read, { path: "x" }, { input: true })), "rest");
    assert.equal(given.stdout, "got:rest\n");
  });

  it("names the command that failed as it was written, not what was in it", async () => {
    const text = (await renderScript(read, { path: "x" }, { secrets: { token: "hush" } })).replace(
      /\n: "\$\{want_path\?\}"[\s\S]*\nexit 0/,
      '\nfalse "$secret_token"\nexit 0',
    );
    const { code, stderr } = await bash(text);
    assert.equal(code, 1);
    assert.match(stderr, /failed: false "\$secret_token"/);
    assert.doesNotMatch(stderr, /hush/);
  });

  it("does not export what it was given", async () => {
    const text = (await renderScript(read, { path: "x" }, { secrets: { token: "hush" } })).replace(
      /\n: "\$\{want_path\?\}"[\s\S]*\nexit 0/,
      "\nenv\nexit 0",
    );
    const { stdout } = await bash(text);
    assert.doesNotMatch(stdout, /hush|want_path/);
  });
});
