import { isIP, isIPv4 } from "node:net";
import { isCarrierAddress, isPrivateAddress } from "../dns/address.ts";
import { gpusOnBus } from "../gpu/bus.ts";
import type { GpuDatabase } from "../gpu/types.ts";
import type { PreparationOptions } from "../hosts/preparation/defaults.ts";
import type { BastionAddress, HostAddress } from "../hosts/types.ts";
import { nodeNameOf } from "../k3s/names.ts";
import type { K3sMachine } from "../k3s/types.ts";
import type { DeclaredNode, NodesDeclaration, SiteMachine } from "./types.ts";

function accessOf({ host, user, port, keyFile, passwordEnv, hostKey }: BastionAddress): BastionAddress {
  return {
    host,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port }),
    ...(keyFile === undefined ? {} : { keyFile }),
    ...(passwordEnv === undefined ? {} : { passwordEnv }),
    ...(hostKey === undefined ? {} : { hostKey }),
  };
}

/** How a declared machine is reached; of its declaration only that, so that a label changes no address. */
export function addressOf(node: Pick<DeclaredNode, "bastion"> & BastionAddress): HostAddress {
  const { bastion } = node;
  return { ...accessOf(node), ...(bastion === undefined ? {} : { bastion: accessOf(bastion) }) };
}

/** Name of a declared machine's node. */
export function nameOfNode(node: DeclaredNode): string {
  return node.name ?? nodeNameOf(addressOf(node));
}

/** Whether a machine's GPUs are to be used: then it takes leases rather than the control plane. */
export function usesGpu(
  { declared, facts }: Pick<SiteMachine, "declared" | "facts">,
  database: GpuDatabase,
): boolean {
  return declared.gpu !== "none" && gpusOnBus(facts.pci, database).length > 0;
}

/** What K3s is told of a machine. */
export function k3sMachine(
  machine: Pick<SiteMachine, "address" | "declared" | "name">,
  gpu: boolean,
): K3sMachine {
  const { name, address, declared } = machine;
  const { role, nodeIp, labels, taints } = declared;
  return { name, address, role, gpu, labels, taints, ...(nodeIp === undefined ? {} : { nodeIp }) };
}

/**
 * What a machine is brought to. The list of those it opens its ports to is the same on all and names networks where
 * it can, so that a machine that joins from one of them changes nothing on the others.
 */
export function preparationFor(
  machine: SiteMachine,
  all: readonly SiteMachine[],
  { hosts, k3s }: Pick<NodesDeclaration, "hosts" | "k3s">,
): PreparationOptions {
  const { firewall = {}, hardenSsh, keepSwap, packages } = hosts;
  const { podCidr = "10.42.0.0/16", serviceCidr = "10.43.0.0/16" } = k3s;
  const port = machine.address.port;
  return {
    packages,
    keepSwap,
    gpu: machine.driver !== undefined,
    hardenSsh,
    firewall:
      firewall === false
        ? false
        : {
            ...firewall,
            nodes: [...new Set(all.flatMap(addressesOf).map(neighbourhood))],
            podNetworks: [podCidr, serviceCidr],
            ...(port === undefined ? {} : { sshPort: port }),
          },
  };
}

/** Addresses from which a machine speaks to others. Those of IPv6 may change by the day, so only a declared one counts. */
function addressesOf({ address: { host }, facts, declared: { nodeIp } }: SiteMachine): string[] {
  const own = facts.addresses.filter((address) => isIPv4(address) && !/^(127|169\.254)\./.test(address));
  return [...own, ...[host, nodeIp ?? ""].filter((address) => isIP(address) !== 0)];
}

/**
 * A private address stands for the network of 256 around it, which is the site's own; a public one for itself, as
 * its neighbours are strangers.
 */
function neighbourhood(address: string): string {
  const own = isPrivateAddress(address) || isCarrierAddress(address);
  return own && isIPv4(address) ? address.replace(/\d+$/, "0/24") : address;
}
