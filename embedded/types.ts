import type { Progress, Toolchain } from "../toolchain/index.ts";

/** What starting a service needs. */
export interface StartOptions {
  /** Folder that holds everything of the service: state, pid files, logs. It is made when missing. */
  readonly folder: string;
  /** Where the programs are. */
  readonly toolchain: Pick<Toolchain, "path">;
  /** Hears about slow steps and moved ports; default: nobody. */
  readonly progress?: Progress;
}

/** One program of a service. */
export interface Program {
  /** Names its pid and log file; unique within the service. */
  readonly name: string;
  /** Absolute path. */
  readonly command: string;
  readonly args: readonly string[];
  /** Environment variables besides PATH and TMPDIR, which alone are inherited, and HOME, the folder of the service. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A running chain. */
export interface ChainService {
  readonly chainId: string;
  /** CometBFT RPC with its websocket, `http://127.0.0.1:port`. */
  readonly rpc: readonly string[];
  /** `127.0.0.1:port`, no TLS. */
  readonly grpc: string;
  /** Lowest price of gas that the node accepts, for example `0.0025uakt`. */
  readonly gasPrice: string;
  /** The node's home folder. */
  readonly home: string;
}

/** A running cluster. */
export interface ClusterService {
  /** `https://127.0.0.1:port` */
  readonly server: string;
  /** Absolute path of an administrator's kubeconfig, mode 0600. */
  readonly kubeconfig: string;
}

/** Content of `services.json`. */
export interface EmbeddedServices {
  readonly chain: ChainService;
  readonly cluster: ClusterService;
  readonly wallet: {
    /** Bech32, funded in the genesis block. */
    readonly address: string;
    /** Absolute path, mode 0600. */
    readonly mnemonicFile: string;
  };
}

/** A program as it is found. */
export interface ProgramStatus {
  readonly name: string;
  /** Undefined: not running. */
  readonly pid: number | undefined;
  /** Whether it was started and not taken down; without a `pid` it ended by itself, as all do when a machine restarts. */
  readonly started: boolean;
  /** Resident memory in bytes; undefined when not running or not known on this system. */
  readonly memory: number | undefined;
  readonly log: string;
}
