import { type K3sPin, loadPins } from "../../toolchain/pins.ts";
import { absolutePath } from "../cluster/paths.ts";
import type { HostAddress } from "../hosts/types.ts";
import { DATA_DIR, type Datastore, type NodeRole } from "./binary.ts";
import { CALICO_MANIFEST, calicoManifest } from "./calico.ts";
import { nodeConfig } from "./config.ts";
import { OptionInvalid, VersionUnknown } from "./errors.ts";
import { kubeletConfig, schedulerConfig } from "./kubernetesConfig.ts";
import { apiHost, apiUrl, nodeNameOf, snapshotKeyPath } from "./names.ts";
import type { NodeInputs, NodeSnapshots } from "./nodeInputs.ts";
import { planRoles } from "./roles.ts";
import type { K3sMachine, K3sOptions } from "./types.ts";
import { systemdUnit } from "./unit.ts";

/** What is known of the cluster that is there. */
export interface RunningCluster {
  /** Role of each node, by name. */
  readonly roles: Readonly<Record<string, NodeRole>>;
  readonly datastore: Datastore;
}

export interface ClusterPlan {
  /** Servers in the order in which they are changed, the first one makes the cluster. */
  readonly servers: readonly NodeInputs[];
  readonly agents: readonly NodeInputs[];
  /** How the servers are reached, for the kubeconfig. */
  readonly serverAddresses: readonly HostAddress[];
  readonly notes: readonly string[];
}

let pinned: K3sPin | undefined;

function pins(): K3sPin {
  pinned ??= loadPins().k3s;
  return pinned;
}

/** The release that is installed where none is declared. */
export function defaultVersion(): string {
  return pins().version;
}

/** Releases that can be had, the newest first. */
export function knownVersions(): string[] {
  return Object.keys(pins().releases);
}

/**
 * Every node of a site, from its machines.
 *
 * @param running the cluster that is there; see `observeCluster`
 * @throws RolesImpossible, OptionInvalid, VersionUnknown
 */
export function planCluster(
  site: string,
  machines: readonly K3sMachine[],
  options: K3sOptions = {},
  running: RunningCluster = { roles: {}, datastore: "sqlite" },
): ClusterPlan {
  checkOptions(options);
  const named = machines.map((machine) => ({
    ...machine,
    name: machine.name ?? nodeNameOf(machine.address),
  }));
  const candidates = named.map(({ name, role = "auto", gpu = false }) => ({ name, role, gpu }));
  const { servers, agents, datastore, notes } = planRoles(candidates, running.roles, running.datastore);
  const byName = new Map(named.map((machine) => [machine.name, machine]));
  const machineOf = (name: string) => byName.get(name) as NamedMachine;
  const first = machineOf(servers[0] ?? "");
  const shared = { site, options, datastore, first };
  return {
    servers: servers.map((name) => planNode(machineOf(name), "server", shared)),
    agents: agents.map((name) => planNode(machineOf(name), "agent", shared)),
    serverAddresses: servers.map((name) => machineOf(name).address),
    notes,
  };
}

type NamedMachine = K3sMachine & { readonly name: string };

interface Shared {
  readonly site: string;
  readonly options: K3sOptions;
  readonly datastore: Datastore;
  readonly first: NamedMachine;
}

function planNode(machine: NamedMachine, role: NodeRole, shared: Shared): NodeInputs {
  const { site, options, datastore, first } = shared;
  const { name, address, nodeIp } = machine;
  const isServer = role === "server";
  const version = options.version ?? defaultVersion();
  const dataDir = options.dataDir ?? DATA_DIR;
  const joins = name === first.name ? undefined : joinUrl(first, options.apiAddress);
  const tlsSans = [apiHost(address), ...(options.apiAddress === undefined ? [] : [options.apiAddress])];
  return {
    site,
    node: name,
    address,
    role,
    ...(joins === undefined ? {} : { first: first.address }),
    api: apiUrl(options.apiAddress ?? apiHost(first.address)),
    version,
    ...(isServer ? { datastore } : {}),
    dataDir,
    config: nodeConfig(
      {
        name,
        role,
        version,
        ...(joins === undefined ? {} : { joins }),
        ...(isServer ? { datastore, tlsSans } : {}),
        ...(nodeIp === undefined ? {} : { nodeIp }),
      },
      options,
    ),
    registries: options.registries ?? {},
    kubelet: kubeletConfig(),
    ...(isServer && (options.packGpus ?? true) ? { scheduler: schedulerConfig(dataDir) } : {}),
    unit: systemdUnit(role),
    service: "active",
    enabled: true,
    ready: true,
    labels: machine.labels ?? {},
    taints: [...(machine.taints ?? [])].sort(),
    manifests: isServer && options.cni === "calico" ? { [CALICO_MANIFEST]: calicoManifest(options) } : {},
    ...(isServer ? { snapshots: planSnapshots(site, options) } : {}),
    tokenGeneration: options.tokenGeneration ?? 1,
    ...(options.mirror === undefined ? {} : { mirror: absolutePath(options.mirror) }),
    airGap: options.airGap ?? false,
  };
}

function joinUrl(first: NamedMachine, apiAddress: string | undefined): string {
  if (apiAddress === undefined && first.nodeIp === undefined && first.address.host === "local") {
    throw new OptionInvalid(
      `${first.name} is this very machine and makes the cluster: give it the \`nodeIp\` at which the other nodes reach it.`,
    );
  }
  return apiUrl(apiAddress ?? first.nodeIp ?? first.address.host);
}

function planSnapshots(site: string, { snapshots = {} }: K3sOptions): NodeSnapshots {
  const { at = "*-*-* 03:15:00", keep = 14, keyFile } = snapshots;
  if (!Number.isInteger(keep) || keep < 1) {
    throw new OptionInvalid(`\`snapshots.keep\` is ${keep}. Give a whole number, at least 1.`);
  }
  return { at, keep, keyFile: keyFile === undefined ? snapshotKeyPath(site) : absolutePath(keyFile) };
}

function checkOptions({ version, airGap, mirror, tokenGeneration, cni }: K3sOptions): void {
  const known = knownVersions();
  if (version !== undefined && !known.includes(version)) {
    throw new VersionUnknown(
      `K3s ${version} is not pinned. Declare one of ${known.join(", ")}, or add it to toolchain/pins.json.`,
    );
  }
  if (airGap && cni === "calico") {
    throw new OptionInvalid(
      "`airGap` does not go with `cni: calico`, whose images are not part of K3s. Take flannel, which enforces network policies too.",
    );
  }
  if (airGap && mirror === undefined && !process.env["PULUMI_AKASH_MIRROR"]) {
    throw new OptionInvalid(
      "`airGap` needs `mirror`, the folder with the releases of K3s that are sent to the machines.",
    );
  }
  if (tokenGeneration !== undefined && (!Number.isInteger(tokenGeneration) || tokenGeneration < 1)) {
    throw new OptionInvalid(`\`tokenGeneration\` is ${tokenGeneration}. Give a whole number, at least 1.`);
  }
}
