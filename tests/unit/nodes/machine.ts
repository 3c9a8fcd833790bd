import type { HostFacts } from "../../../components/hosts/facts/types.ts";
import type {
  DeclaredNode,
  NodesDeclaration,
  ObservedNodes,
  SiteMachine,
} from "../../../components/nodes/types.ts";
import { goodFacts } from "../hosts/machine.ts";

export function declaredNode(host: string, changes: Partial<DeclaredNode> = {}): DeclaredNode {
  return {
    host,
    role: "auto",
    gpu: "auto",
    labels: {},
    taints: [],
    disks: [],
    reboot: "refused",
    before: [],
    after: [],
    ...changes,
  };
}

export function declarationOf(
  nodes: readonly DeclaredNode[],
  changes: Partial<NodesDeclaration> = {},
): NodesDeclaration {
  return {
    site: "garage",
    nodes,
    hosts: { hardenSsh: false, keepSwap: false, packages: [], audit: false },
    k3s: {},
    driver: { by: "host" },
    ...changes,
  };
}

/** A machine at an address, nothing wrong with it; each boots by itself. */
export function siteMachine(
  host: string,
  facts: Partial<HostFacts> = {},
  changes: Partial<SiteMachine> = {},
): SiteMachine {
  const name = `node-${host.replaceAll(".", "-")}`;
  return {
    name,
    address: { host },
    declared: declaredNode(host),
    facts: { ...goodFacts, hostname: name, bootId: name, addresses: [host], ...facts },
    ...changes,
  };
}

export function observedOf(
  machines: readonly SiteMachine[],
  changes: Partial<ObservedNodes> = {},
): ObservedNodes {
  return {
    machines,
    k3sMachines: machines.map(({ name, address }) => ({ name, address })),
    expected: [],
    problems: [],
    disks: [],
    ...changes,
  };
}
