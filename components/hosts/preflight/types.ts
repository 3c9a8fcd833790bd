import type { HostFacts } from "../facts/types.ts";

/** Something about a machine that does not fit what is declared. */
export interface Problem {
  /** The machine; absent where it is about all of them. */
  readonly host?: string;
  /** `error`: nothing is changed until it is gone. `warning`: it works, but not as it should. */
  readonly severity: "error" | "warning";
  /** One sentence: what is wrong and where. */
  readonly problem: string;
  /** One sentence: what to do. */
  readonly remedy: string;
}

/** A machine that answered. */
export interface InspectedHost {
  /** As texts name it. */
  readonly name: string;
  readonly facts: HostFacts;
  /** What it will do in the cluster; the only one does both. */
  readonly role: "server" | "agent" | "both";
  /** Whether its GPUs are to be used. */
  readonly gpu: boolean;
}

export interface PreflightWanted {
  /** The site that the machines are for; a machine of another one is refused. Default: none is. */
  readonly site?: string;
  /** Whether the site is to pass the auditors' check of its size. Default: false. */
  readonly audit?: boolean;
  /** Whether the machines' firewall is ours to set. Default: true. */
  readonly firewall?: boolean;
  /** Ports that something else on the machines may hold, for example 443 behind a proxy. Default: none. */
  readonly sharedPorts?: readonly number[];
}

/** Looks for one kind of problem on one machine. */
export type HostCheck = (host: InspectedHost, wanted: PreflightWanted) => readonly Omit<Problem, "host">[];
