import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { SetupFailed } from "../errors.ts";

/** An account of the genesis block. */
export interface GenesisAccount {
  /** Bech32, `akash1…`. */
  readonly address: string;
  /** Coins, for example `1000000000000uakt`. */
  readonly coins: string;
}

const validator = "validator";
const validatorCoins = "100000000000uakt";
const validatorStake = "50000000000uakt";
/** What transactions can be searched by. */
const indexedEvents = [
  "message.action",
  "message.module",
  "message.sender",
  "tx.acc_seq",
  "tx.fee",
  "tx.signature",
];

/**
 * Makes the home of a chain with a single validator, once: in a folder beside it that is renamed when it is
 * whole, so that an interrupted start leaves nothing half-made.
 *
 * @param akash path of the chain's program
 * @throws SetupFailed
 */
export async function makeHome(
  akash: string,
  home: string,
  chainId: string,
  accounts: readonly GenesisAccount[],
): Promise<void> {
  if (existsSync(home)) return;
  const fresh = `${home}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true, mode: 0o700 });
  const run = (...args: string[]) => runAkash(akash, fresh, args);
  const test = ["--keyring-backend", "test"];

  await run("init", "embedded", "--chain-id", chainId);
  adaptGenesis(join(fresh, "config", "genesis.json"));
  // Only the genesis transaction is signed with the validator's key, so nobody needs to see or keep it.
  await run("keys", "add", validator, "--no-backup", ...test);
  const validatorAddress = (await run("keys", "show", validator, "--address", ...test)).trim();
  const all = [{ address: validatorAddress, coins: validatorCoins }, ...accounts];
  for (const { address, coins } of all) await run("add-genesis-account", address, coins);
  await run("gentx", validator, validatorStake, "--chain-id", chainId, ...test);
  await run("collect-gentxs");
  rmSync(join(fresh, "keyring-test"), { recursive: true });
  configure(join(fresh, "config"));
  renameSync(fresh, home);
}

async function runAkash(akash: string, home: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(akash, ["--home", home, ...args], {
      env: { PATH: process.env["PATH"], HOME: home },
    });
    return stdout;
  } catch (error) {
    const { stderr = "" } = error as { stderr?: string };
    const firstLines = stderr.trim().split("\n").slice(0, 3).join("\n");
    throw new SetupFailed("embedded chain", `akash ${args.slice(0, 2).join(" ")}`, firstLines);
  }
}

/** The program's own genesis stakes and charges in `stake`, and holds blocks for 100 000 blocks as evidence. */
function adaptGenesis(file: string): void {
  const genesis = readFileSync(file, "utf8")
    .replaceAll('"stake"', '"uakt"')
    .replace(/"max_age_num_blocks": "\d+"/, '"max_age_num_blocks": "1000"');
  writeFileSync(file, genesis);
}

/** Settings that have no flag: half a second between blocks, no profiling port, and a small index. */
function configure(folder: string): void {
  set(join(folder, "config.toml"), { timeout_commit: '"500ms"', pprof_laddr: '""' });
  // Every block has events of its own (minting, fees): indexing them would take half a gigabyte a day.
  set(join(folder, "app.toml"), { "index-events": JSON.stringify(indexedEvents) });
}

/** Sets values, in the notation of TOML, that the file already has. */
function set(file: string, values: Readonly<Record<string, string>>): void {
  let text = readFileSync(file, "utf8");
  for (const [name, value] of Object.entries(values)) {
    text = text.replace(new RegExp(`^${name} = .*$`, "m"), `${name} = ${value}`);
  }
  writeFileSync(file, text);
}
