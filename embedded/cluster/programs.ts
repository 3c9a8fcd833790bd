import { fileURLToPath } from "node:url";
import { apiServerArguments } from "../../components/k3s/apiServer.ts";
import { loadPins } from "../../toolchain/pins.ts";
import { programPath } from "../files.ts";
import type { Program, StartOptions } from "../types.ts";
import type { Credentials } from "./credentials.ts";

export const clusterPorts = {
  etcd: "etcd",
  etcdPeer: "etcd",
  apiServer: "kube-apiserver",
  controllerManager: "kube-controller-manager",
  scheduler: "kube-scheduler",
  kwok: "kwok",
} as const;

/** Port numbers by what listens on them. */
export type ClusterPorts = Readonly<Record<keyof typeof clusterPorts, number>>;

/** The etcd of another cluster, which keeps this one's objects under a prefix of their own. */
export interface SharedEtcd {
  /** `https://127.0.0.1:port` */
  readonly url: string;
  readonly credentials: Credentials;
  /** Path before every key, for example `/site-2`. */
  readonly prefix: string;
}

export interface ClusterLayout {
  readonly toolchain: StartOptions["toolchain"];
  readonly ports: ClusterPorts;
  readonly credentials: Credentials;
  readonly kubeconfig: string;
  /** Folder of etcd's data. */
  readonly data: string;
  /** Instead of an etcd of its own. */
  readonly etcd?: SharedEtcd | undefined;
}

const localhost = "127.0.0.1";

/** Controllers without work here: nobody joins, nothing scales by load, and nothing is attached to a machine. */
const idleControllers = [
  "bootstrap-signer-controller",
  "certificatesigningrequest-approving-controller",
  "certificatesigningrequest-cleaner-controller",
  "certificatesigningrequest-signing-controller",
  "horizontal-pod-autoscaler-controller",
  "node-ipam-controller",
  "persistentvolume-attach-detach-controller",
  "persistentvolume-expander-controller",
  "token-cleaner-controller",
  "ttl-controller",
];

/** etcd and the API server, which start together: the API server waits for etcd. */
export function serverPrograms(layout: ClusterLayout): Program[] {
  return layout.etcd === undefined ? [etcd(layout), apiServer(layout)] : [apiServer(layout)];
}

/** What works on the API server's objects. */
export function controllerPrograms(layout: ClusterLayout): Program[] {
  return [controllerManager(layout), scheduler(layout), kwok(layout)];
}

/** `https://127.0.0.1:port` */
export function serverUrl({ apiServer }: ClusterPorts): string {
  return `https://${localhost}:${apiServer}`;
}

function etcd({ toolchain, ports, credentials, data }: ClusterLayout): Program {
  const client = `https://${localhost}:${ports.etcd}`;
  const peer = `https://${localhost}:${ports.etcdPeer}`;
  const { authority, serverCertificate, serverKey } = credentials;
  return {
    name: "etcd",
    command: programPath(toolchain, "etcd"),
    args: [
      "--name=embedded",
      `--data-dir=${data}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=embedded=${peer}`,
      // Other users of this machine must not read Secrets past the API server.
      "--client-cert-auth",
      `--trusted-ca-file=${authority}`,
      `--cert-file=${serverCertificate}`,
      `--key-file=${serverKey}`,
      "--peer-client-cert-auth",
      `--peer-trusted-ca-file=${authority}`,
      `--peer-cert-file=${serverCertificate}`,
      `--peer-key-file=${serverKey}`,
      "--auto-compaction-retention=10m",
      "--snapshot-count=1000",
      "--log-level=warn",
    ],
  };
}

function apiServer({ toolchain, ports, credentials, etcd: shared }: ClusterLayout): Program {
  const { authority, serverCertificate, serverKey, serviceAccountKey } = credentials;
  const store = shared?.credentials ?? credentials;
  return {
    name: "kube-apiserver",
    command: programPath(toolchain, "kube-apiserver"),
    // Half the process is heap: collecting it earlier saves a tenth of the cluster's memory. Who has memory to spare
    // and sets the variable saves a seventh of its time instead.
    env: { GOGC: process.env["GOGC"] ?? "50" },
    args: [
      `--bind-address=${localhost}`,
      `--secure-port=${ports.apiServer}`,
      // Never dialled; without it the start fails on a machine that has no network.
      "--advertise-address=192.0.2.1",
      "--endpoint-reconciler-type=none",
      `--etcd-servers=${shared?.url ?? `https://${localhost}:${ports.etcd}`}`,
      `--etcd-cafile=${store.authority}`,
      `--etcd-certfile=${store.serverCertificate}`,
      `--etcd-keyfile=${store.serverKey}`,
      ...(shared === undefined ? [] : [`--etcd-prefix=${shared.prefix}`]),
      `--tls-cert-file=${serverCertificate}`,
      `--tls-private-key-file=${serverKey}`,
      `--client-ca-file=${authority}`,
      "--authorization-mode=Node,RBAC",
      "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
      `--service-account-key-file=${serviceAccountKey}`,
      `--service-account-signing-key-file=${serviceAccountKey}`,
      "--service-cluster-ip-range=10.43.0.0/16",
      "--allow-privileged=true",
      "--enable-priority-and-fairness=false",
      "--profiling=false",
      // As on machines of a site's own.
      ...apiServerArguments(kubernetesMinor()).map((argument) => `--${argument}`),
    ],
  };
}

function kubernetesMinor(): number {
  return Number(loadPins().binaries["kube-apiserver"]?.version.split(".")[1]);
}

function controllerManager({ toolchain, ports, credentials, kubeconfig }: ClusterLayout): Program {
  return {
    name: "kube-controller-manager",
    command: programPath(toolchain, "kube-controller-manager"),
    args: [
      ...controllerArgs(kubeconfig, ports),
      ...servingArgs(credentials, ports.controllerManager),
      `--root-ca-file=${credentials.authority}`,
      `--service-account-private-key-file=${credentials.serviceAccountKey}`,
      `--controllers=*,${idleControllers.map((name) => `-${name}`).join(",")}`,
      // Simulated nodes give a sign of life every ten minutes (stages.yaml).
      "--node-monitor-period=1m",
      "--node-monitor-grace-period=1h",
    ],
  };
}

function scheduler({ toolchain, ports, credentials, kubeconfig }: ClusterLayout): Program {
  return {
    name: "kube-scheduler",
    command: programPath(toolchain, "kube-scheduler"),
    args: [...controllerArgs(kubeconfig, ports), ...servingArgs(credentials, ports.scheduler)],
  };
}

function controllerArgs(kubeconfig: string, ports: ClusterPorts): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--master=${serverUrl(ports)}`,
    // There is one of each, and with an election it would end itself whenever the API server restarts.
    "--leader-elect=false",
    "--profiling=false",
  ];
}

function servingArgs({ serverCertificate, serverKey }: Credentials, port: number): string[] {
  return [
    `--bind-address=${localhost}`,
    `--secure-port=${port}`,
    `--tls-cert-file=${serverCertificate}`,
    `--tls-private-key-file=${serverKey}`,
  ];
}

function kwok({ toolchain, ports, kubeconfig }: ClusterLayout): Program {
  return {
    name: "kwok",
    command: programPath(toolchain, "kwok"),
    args: [
      `--kubeconfig=${kubeconfig}`,
      `--master=${serverUrl(ports)}`,
      `--config=${fileURLToPath(new URL("stages.yaml", import.meta.url))}`,
      "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake",
      "--node-lease-duration-seconds=0",
      "--cidr=10.42.0.0/16",
      `--server-address=${localhost}:${ports.kwok}`,
    ],
  };
}
