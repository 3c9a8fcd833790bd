import { chainFaults } from "./faultsOfChain.ts";
import { clusterFaults } from "./faultsOfCluster.ts";
import { machineFaults } from "./faultsOfMachines.ts";
import { networkFaults } from "./faultsOfNetwork.ts";
import { providerFaults } from "./faultsOfProvider.ts";
import type { Fault } from "./faultType.ts";

/** A fault for every check, each seen by that check alone. */
export const faults: readonly Fault[] = [
  ...chainFaults,
  ...clusterFaults,
  ...providerFaults,
  ...machineFaults,
  ...networkFaults,
];
