import { spawnSync } from "node:child_process";

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end; `input` is typed on its standard input. */
export function run(program: string, args: readonly string[], input = ""): Outcome {
  return spawnSync(program, args, { input, encoding: "utf8" });
}

/** A key as `keyring-reader` prints it. */
export interface ListedKey {
  readonly name: string;
  readonly address: string;
  /** Compressed, hex. */
  readonly pubkey: string;
}

/** The keys in `<home>/keyring-test` as the keyring of Cosmos SDK 0.53 reads them. */
export function listKeys(reader: string, home: string): ListedKey[] {
  const { status, stdout, stderr } = run(reader, ["--dir", home, "--backend", "test"]);
  if (status !== 0) throw new Error(stderr);
  return stdout
    .trim()
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as ListedKey);
}
