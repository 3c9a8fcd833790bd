import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { NetworkConfig } from "../../../components/chain/types.ts";

const execute = promisify(execFile);

const sdl = `version: "2.0"
services:
  web:
    image: nginx:1.29
    expose: [{ port: 80, as: 80, to: [{ global: true }] }]
profiles:
  compute:
    web: { resources: { cpu: { units: 0.5 }, memory: { size: 512Mi }, storage: { size: 1Gi } } }
  placement:
    akash:
      attributes: { ATTRIBUTES }
      pricing: { web: { denom: uakt, amount: 1000 } }
deployment: { web: { akash: { profile: web, count: 1 } } }
`;

/** Signs for wallets with the chain's own command line, as tenants and providers of that generation do. */
export class ChainCommandLine {
  readonly #akash: string;
  readonly #home: string;
  readonly #common: readonly string[];

  constructor(akash: string, home: string, { chainId, rpc: [node = ""], gasPrice }: NetworkConfig) {
    this.#akash = akash;
    this.#home = home;
    this.#common = [
      ...["--chain-id", chainId, "--node", node.replace("http:", "tcp:")],
      ...["--gas", "auto", "--gas-adjustment", "1.6", "--gas-prices", gasPrice],
      ...["--broadcast-mode", "block", "--yes", "--output", "json"],
    ];
  }

  /** Takes a key over from its words. */
  async addKey(name: string, words: string): Promise<void> {
    const child = this.#run("keys", "add", name, "--recover");
    child.child.stdin?.end(`${words}\n`);
    await child;
  }

  async send(from: string, ...command: string[]): Promise<void> {
    const { stdout } = await this.#run("tx", ...command, "--from", from, ...this.#common);
    const { code, raw_log: log } = JSON.parse(stdout) as { code: number; raw_log: string };
    if (code !== 0) throw new Error(`akash tx ${command.join(" ")}: ${log}`);
  }

  /** A deployment with one order, and its number. */
  async deploy(from: string, dseq: string, attributes: string): Promise<void> {
    const file = join(this.#home, `deployment-${dseq}.yaml`);
    await writeFile(file, sdl.replace("ATTRIBUTES", attributes));
    await this.send(from, "deployment", "create", file, "--dseq", dseq, "--deposit", "5000000uakt");
  }

  #run(...args: string[]) {
    return execute(this.#akash, [...args, "--home", this.#home, "--keyring-backend", "test"]);
  }
}
