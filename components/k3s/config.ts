import { apiServerArguments } from "./apiServer.ts";
import {
  AGENT_TOKEN_FILE,
  DATA_DIR,
  type Datastore,
  JOIN_TOKEN_FILE,
  type NodeRole,
  SCHEDULER_FILE,
} from "./binary.ts";
import { OptionInvalid } from "./errors.ts";
import type { K3sOptions } from "./types.ts";
import { parseVersion } from "./versions.ts";

/** Fields of `config.yaml`, named as K3s names them. */
export type K3sConfig = Readonly<Record<string, string | boolean | readonly string[]>>;

/** What differs from node to node. */
export interface ConfigNode {
  readonly name: string;
  readonly role: NodeRole;
  readonly version: string;
  /** URL of the server to join through; absent on the first server. */
  readonly joins?: string;
  /** Of servers. */
  readonly datastore?: Datastore;
  readonly nodeIp?: string;
  /** Names and addresses of the API server, for servers. */
  readonly tlsSans?: readonly string[];
}

/**
 * `config.yaml` of a node. It holds no secret: tokens are in files of their own, which it names.
 *
 * On servers: Secrets are encrypted at rest; Traefik and the service load balancer are off, since the site has its
 * own gateway on ports 80 and 443; so are the RuntimeClasses that K3s would bring, as the site owns `nvidia` and two
 * owners overwrite each other; K3s's own snapshots are off, since they would lie there in the clear.
 *
 * @throws OptionInvalid
 */
export function nodeConfig(node: ConfigNode, options: K3sOptions = {}): K3sConfig {
  const { name, role, joins, nodeIp } = node;
  const common: K3sConfig = {
    "node-name": name,
    ...(options.dataDir === undefined || options.dataDir === DATA_DIR ? {} : { "data-dir": options.dataDir }),
    ...(nodeIp === undefined ? {} : { "node-ip": nodeIp }),
    ...(joins === undefined ? {} : { server: joins, "token-file": JOIN_TOKEN_FILE }),
  };
  return sorted(role === "server" ? { ...common, ...serverConfig(node, options) } : common);
}

function serverConfig(node: ConfigNode, options: K3sOptions): K3sConfig {
  const { cni = "flannel", flannelBackend = "vxlan", localStorage = true } = options;
  if (cni === "calico" && options.flannelBackend !== undefined) {
    throw new OptionInvalid("`flannelBackend` does not go with `cni: calico`. Leave one of them out.");
  }
  const disabled = ["runtimes", "servicelb", "traefik", ...(localStorage ? [] : ["local-storage"])];
  return {
    ...(node.datastore === "etcd" && node.joins === undefined ? { "cluster-init": true } : {}),
    "agent-token-file": AGENT_TOKEN_FILE,
    "cluster-cidr": options.podCidr ?? "10.42.0.0/16",
    "service-cidr": options.serviceCidr ?? "10.43.0.0/16",
    disable: disabled.sort(),
    "etcd-disable-snapshots": true,
    // K3s enforces network policies itself unless another network does.
    "flannel-backend": cni === "calico" ? "none" : flannelBackend,
    "disable-network-policy": cni === "calico",
    "kube-apiserver-arg": apiServerArguments(parseVersion(node.version).minor, options.evictionSeconds),
    ...((options.packGpus ?? true) ? { "kube-scheduler-arg": [`config=${SCHEDULER_FILE}`] } : {}),
    "secrets-encryption": true,
    "tls-san": [...new Set([...(node.tlsSans ?? []), ...(options.tlsSans ?? [])])].sort(),
    "write-kubeconfig-mode": "0600",
  };
}

function sorted(config: K3sConfig): K3sConfig {
  return Object.fromEntries(Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1)));
}
