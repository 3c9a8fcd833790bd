import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic/index.ts";
import { type PreparationOptions, preparationOf } from "./preparation/defaults.ts";
import type { Preparation } from "./preparation/types.ts";
import type { HostAddress } from "./types.ts";

export interface HostPreparationArgs {
  /** The machine. Keys and passwords are read where they are, and are never part of the state. */
  readonly address: pulumi.Input<HostAddress>;
  /** What it is brought to. Default: what every node of a site needs. */
  readonly options?: pulumi.Input<PreparationOptions>;
}

/**
 * What a machine is brought to before it joins a cluster: packages, kernel settings, swap off, the clock kept, a
 * limited journal, unattended upgrades kept away from driver and kernel, a firewall for the site's ports.
 *
 * A refresh reads each of these from the machine, so that what was changed by hand shows by field and is put right.
 * Deleting it takes back what it wrote and leaves packages where they are; a machine that cannot be reached is
 * left as it is, with a warning.
 *
 * @example
 * const prepared = new HostPreparation("gpu-1", {
 *   address: { host: "203.0.113.10", user: "ubuntu" },
 *   options: { gpu: true, firewall: { operators: ["198.51.100.0/24"], nodes: ["203.0.113.11"] } },
 * });
 */
export class HostPreparation extends DynamicResource {
  /** Kernel settings that are in force. */
  declare readonly sysctl: pulumi.Output<Preparation["sysctl"]>;
  /** The firewall that is in force, with the ports and networks it lets in. */
  declare readonly firewall: pulumi.Output<Preparation["firewall"]>;

  constructor(name: string, args: HostPreparationArgs, opts?: pulumi.CustomResourceOptions) {
    const wanted = pulumi
      .all([args.address, args.options ?? {}])
      .apply(([{ port }, options]) => preparationOf(withSshPort(options, port)));
    super(
      "hosts:HostPreparation",
      "hosts/hostPreparationProvider",
      name,
      {
        address: args.address,
        packages: wanted.packages,
        sysctl: wanted.sysctl,
        swap: wanted.swap,
        clock: wanted.clock,
        journalLimit: wanted.journalLimit,
        heldFromUpgrades: wanted.heldFromUpgrades,
        nouveau: wanted.nouveau,
        firewall: wanted.firewall,
        ssh: wanted.ssh,
      },
      [],
      opts,
    );
  }
}

/** The port that the machine is reached by stays open. */
function withSshPort(options: PreparationOptions, port: number | undefined): PreparationOptions {
  if (options.firewall === false || port === undefined) return options;
  return { ...options, firewall: { sshPort: port, ...options.firewall } };
}
