import type { DriverFacts } from "../../../components/gpu/driverFacts.ts";

/** A bare Ubuntu machine with what `lspci -nn` shows. */
export function bareMachine(lspci: string, changes: Partial<DriverFacts> = {}): DriverFacts {
  return {
    osId: "ubuntu",
    osVersion: "24.04",
    kernel: "6.8.0-71-generic",
    architecture: "amd64",
    secureBoot: false,
    devices: lspci.split("\n").filter((line) => /\[(10de|1002):/.test(line)),
    loaded: "",
    installed: "",
    kernelModules: "",
    runfile: false,
    toolkit: "",
    allocatedOnly: false,
    docker: false,
    k3sUnit: "",
    k3sActive: false,
    k3sRuntime: false,
    cdi: false,
    fabricManager: "",
    fabricManagerActive: false,
    ...changes,
  };
}

/** A machine on which everything is as it should be. */
export function readyMachine(lspci: string, changes: Partial<DriverFacts> = {}): DriverFacts {
  return bareMachine(lspci, {
    loaded: "580.95.05",
    installed: "580.95.05",
    kernelModules: "open",
    toolkit: "1.18.1-1",
    allocatedOnly: true,
    k3sUnit: "k3s-agent",
    k3sActive: true,
    k3sRuntime: true,
    cdi: true,
    ...changes,
  });
}
