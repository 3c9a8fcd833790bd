/** A device on a test host's PCI bus; four hex digits each, without `0x`. */
export interface PciDevice {
  readonly vendor: string;
  readonly device: string;
  /** Class and programming interface, six hex digits: `030000` display controller, `030200` 3D controller. */
  readonly class: string;
}

/** What one host is; everything has a default. */
export interface HostOptions {
  /** Default none: the bus is empty. */
  readonly pci?: readonly PciDevice[];
  /** Further addresses of the host in its network; default 0. */
  readonly extraAddresses?: number;
  /** Files and folders of this machine that are on the host too, read-only: path there → path here. */
  readonly shares?: Readonly<Record<string, string>>;
  /** The same of folders that the host may write to. */
  readonly writable?: Readonly<Record<string, string>>;
}

export interface StartOptions extends HostOptions {
  /** How many hosts; default 1, at most 40. */
  readonly count?: number;
  /** What single hosts have instead, by their number from 0. */
  readonly hosts?: Readonly<Record<number, HostOptions>>;
}

export interface CommandOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A machine with systemd and sshd in a network that it shares with this machine and the other hosts only. */
export interface TestHost {
  /** Also its hostname. */
  readonly name: string;
  readonly address: string;
  /** `address` and the extra ones. */
  readonly addresses: readonly string[];
  /** Has the key of `sshKeyFile`; its sudo asks for nothing. */
  readonly user: "root";
  /** A user that has key and password, and whose sudo asks for the password. */
  readonly operator: { readonly user: "operator"; readonly password: string };
  /** Private key that opens both users, mode 0600. */
  readonly sshKeyFile: string;
  /** What `ssh-keygen -l` says of its host key: `SHA256:…`. */
  readonly hostKey: string;
  /** Runs a shell command as root, without SSH. Another exit code than 0 throws unless `check` is false. */
  exec(
    command: string,
    options?: { readonly check?: boolean; readonly input?: string },
  ): Promise<CommandOutcome>;
  /** Takes the power away: nothing on the host gets to say goodbye. The disk stays. */
  powerOff(): Promise<void>;
  /** Switches it on and waits for sshd. */
  boot(): Promise<void>;
  /** Another machine at the same address: a fresh disk, a new host key; off until `boot`. */
  replace(): Promise<void>;
  /** Ends it for good, its disk included. */
  stop(): Promise<void>;
}

/** Hosts that share a network. */
export interface Lab {
  readonly hosts: readonly TestHost[];
  /** This machine's address in their network, for servers of the test that hosts call. */
  readonly gateway: string;
  /** The network, for example `10.231.0.0/24`. */
  readonly subnet: string;
  /** Starts further hosts in the same network. */
  add(options?: StartOptions): Promise<readonly TestHost[]>;
  /** Ends every host and removes the network. */
  stop(): Promise<void>;
}
