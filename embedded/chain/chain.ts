import { join, resolve } from "node:path";
import { Daemon } from "../daemon.ts";
import { programPath } from "../files.ts";
import { settlePorts } from "../ports.ts";
import { ensureService, programStatus, type Service, stopPrograms } from "../service.ts";
import type { ChainService, ProgramStatus, StartOptions } from "../types.ts";
import { type GenesisAccount, makeHome } from "./genesis.ts";
import { blockProblem } from "./health.ts";

export interface ChainOptions extends StartOptions {
  /** Default: `akash-embedded-1`. */
  readonly chainId?: string;
  /** Funded in the genesis block; only read when the chain is made. */
  readonly accounts: readonly GenesisAccount[];
}

const program = "akash";
const gasPrice = "0.0025uakt";
const portNames = ["rpc", "grpc"] as const;

/**
 * Ensures that a chain with a single validator and half-second blocks runs in this folder: makes it, starts
 * it, heals it or finds it running.
 *
 * @throws SetupFailed, ServiceFailed
 */
export async function startChain(options: ChainOptions): Promise<ChainService> {
  const { toolchain, accounts, progress, chainId = "akash-embedded-1" } = options;
  const folder = resolve(options.folder);
  const home = join(folder, "home");
  const akash = programPath(toolchain, program);
  await makeHome(akash, home, chainId, accounts);

  const running = new Daemon(folder, program).alive;
  const { ports, moved } = await settlePorts(join(folder, "ports.json"), portNames, () => running);
  for (const name of moved) {
    progress?.line(
      `The port of the embedded chain's ${name} is taken by another program: it is ${ports[name]} now.`,
    );
  }

  const rpc = `http://127.0.0.1:${ports.rpc}`;
  const grpc = `127.0.0.1:${ports.grpc}`;
  const service: Service = {
    title: "embedded chain",
    folder,
    stages: [
      {
        programs: [{ name: program, command: akash, args: startArgs(home, ports.rpc, grpc) }],
        problem: blockProblem(rpc),
      },
    ],
  };
  await ensureService(service, progress);
  return { chainId, rpc: [rpc], grpc, gasPrice, home };
}

/** Ends the chain of this folder; its state stays. */
export async function stopChain(folder: string): Promise<void> {
  await stopPrograms(resolve(folder), [program]);
}

export function chainStatus(folder: string): ProgramStatus[] {
  return programStatus(resolve(folder), [program]);
}

function startArgs(home: string, rpcPort: number, grpc: string): string[] {
  return [
    "start",
    `--home=${home}`,
    `--minimum-gas-prices=${gasPrice}`,
    `--rpc.laddr=tcp://127.0.0.1:${rpcPort}`,
    `--grpc.address=${grpc}`,
    "--grpc-web.enable=false",
    // Nobody connects to a chain of one node: any free port will do.
    "--p2p.laddr=tcp://127.0.0.1:0",
    "--p2p.pex=false",
    // Two blocks a second add up: without these a week takes 10 GB.
    "--pruning=custom",
    "--pruning-keep-recent=100",
    "--pruning-keep-every=0",
    "--pruning-interval=10",
    "--min-retain-blocks=10000",
    "--x-crisis-skip-assert-invariants",
    "--log_level=warn",
  ];
}
