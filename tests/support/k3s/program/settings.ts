import { readFileSync } from "node:fs";
import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";

export type Role = "server" | "agent";

/** What the configuration file and the command line say, as far as the stand-in does something with it. */
export interface Settings {
  readonly role: Role;
  /** As the real one reports it: `v1.34.3+k3s1`. */
  readonly version: string;
  readonly nodeName: string;
  readonly nodeIp: string;
  readonly dataDir: string;
  /** Server to join through; undefined for the first. */
  readonly server: string | undefined;
  /** Content of the token file, or the token itself. */
  readonly token: string | undefined;
  readonly agentToken: string | undefined;
  readonly clusterInit: boolean;
  readonly secretsEncryption: boolean;
  readonly tlsSans: readonly string[];
  readonly kubeconfigMode: number;
  readonly labels: readonly string[];
  readonly taints: readonly string[];
  readonly apiServerArgs: readonly string[];
  readonly controllerManagerArgs: readonly string[];
  readonly schedulerArgs: readonly string[];
  readonly clusterCidr: string;
  readonly serviceCidr: string;
  /** Packaged components that are left out. */
  readonly disabled: readonly string[];
  /** Every setting as it was given; its hash tells whether the node runs with what is declared. */
  readonly raw: Readonly<Record<string, unknown>>;
}

const configFile = "/etc/rancher/k3s/config.yaml";

/** @param flags from the command line, which win over the file */
export function loadSettings(role: Role, version: string, flags: Readonly<Record<string, string>>): Settings {
  const raw: Record<string, unknown> = { ...readConfig(), ...flags };
  const text = (key: string) => (raw[key] === undefined ? undefined : String(raw[key]));
  const list = (key: string) => [raw[key] ?? []].flat().map(String);
  return {
    role,
    version,
    nodeName: text("node-name") ?? hostname(),
    nodeIp: text("node-ip") ?? firstAddress(),
    dataDir: text("data-dir") ?? "/var/lib/rancher/k3s",
    server: text("server"),
    token: text("token") ?? content(text("token-file")),
    agentToken: text("agent-token") ?? content(text("agent-token-file")),
    clusterInit: text("cluster-init") === "true",
    secretsEncryption: text("secrets-encryption") === "true",
    tlsSans: list("tls-san"),
    kubeconfigMode: Number.parseInt(text("write-kubeconfig-mode") ?? "600", 8),
    labels: list("node-label"),
    taints: list("node-taint"),
    apiServerArgs: list("kube-apiserver-arg"),
    controllerManagerArgs: list("kube-controller-manager-arg"),
    schedulerArgs: list("kube-scheduler-arg"),
    clusterCidr: text("cluster-cidr") ?? "10.42.0.0/16",
    serviceCidr: text("service-cidr") ?? "10.43.0.0/16",
    disabled: list("disable"),
    raw,
  };
}

/** The part of the data directory that a server keeps for itself. */
export function serverFolder({ dataDir }: Settings): string {
  return join(dataDir, "server");
}

function readConfig(): Record<string, unknown> {
  try {
    return parse(readFileSync(configFile, "utf8")) ?? {};
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
}

function content(file: string | undefined): string | undefined {
  return file === undefined ? undefined : readFileSync(file, "utf8").trim();
}

function firstAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  return addresses.find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? "127.0.0.1";
}
