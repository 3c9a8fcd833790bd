import type { HostScript } from "./script.ts";

/** How one machine is reached. Holds no secret: keys and passwords are read where they are when they are needed. */
export interface HostAddress {
  /** A name, an IP address, or `local`: the machine that this program runs on, without SSH. */
  readonly host: string;
  /** User that logs in; default `root`. Another one needs `sudo`. */
  readonly user?: string;
  /** Default 22. */
  readonly port?: number;
  /** Path of a private key. Default: the agent's keys, then `~/.ssh/id_ed25519`, `id_ecdsa` and `id_rsa`. */
  readonly keyFile?: string;
  /** Name of the environment variable that holds the password for SSH and `sudo`. */
  readonly passwordEnv?: string;
  /** Machine through which this one is reached. */
  readonly bastion?: BastionAddress;
  /** Fingerprint of the machine's public key, `SHA256:…`. Default: what the known-hosts files say. */
  readonly hostKey?: string;
}

/** A machine that only passes connections on. */
export type BastionAddress = Omit<HostAddress, "bastion">;

export interface ScriptOptions {
  /** Longest time in seconds; default 600. */
  readonly timeoutSeconds?: number;
  /** Given each line that the script prints to standard error. */
  readonly progress?: (line: string) => void;
  /**
   * Values that nobody may see: variables `secret_<name>` of the script, which it must not export or pass as
   * an argument. They are blacked out of error texts and progress lines.
   */
  readonly secrets?: Readonly<Record<string, string>>;
  /** What the script finds on its standard input; default nothing. */
  readonly input?: Uint8Array;
}

/** One machine that answers. Every call may throw one of the errors of `errors.ts`. */
export interface Host {
  /** `user@host`, with the port where it is not 22; for texts. */
  readonly name: string;
  /**
   * Runs a script as root.
   *
   * @param desired its desired state, handed over as shell variables `want_…`; see script.ts
   * @returns the facts that it printed on its last line, checked
   */
  script<T>(script: HostScript<T>, desired?: Desired, options?: ScriptOptions): Promise<T>;
  /** Writes a file as root: whole or not at all. Makes the folders above it. */
  write(path: string, content: string | Uint8Array, mode: number): Promise<void>;
  /** A text file, read as root; undefined when there is none. */
  read(path: string): Promise<string | undefined>;
}

/** A value that a shell variable can hold. */
export type Scalar = string | number | boolean | null | undefined;

/** The desired state that a script is given: an object one level deep, lists and maps of scalars included. */
export type Desired = Readonly<Record<string, DesiredValue>>;

export type DesiredValue =
  | Scalar
  | readonly Scalar[]
  | Readonly<Record<string, Scalar>>
  | readonly Readonly<Record<string, Scalar>>[];
