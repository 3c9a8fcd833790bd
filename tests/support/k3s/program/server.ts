import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { Agent } from "node:https";
import { hostname } from "node:os";
import { join } from "node:path";
import { bundleKey, readBundle, seal, unseal, writeBundle } from "./bootstrap.ts";
import { endAll, say, start, until } from "./children.ts";
import { watchNodes } from "./controllers.ts";
import { hasEtcd, openDatastore } from "./datastore.ts";
import { Etcd } from "./etcd.ts";
import { nodePassword, present, type ServerGrant } from "./join.ts";
import { Kube } from "./kube.ts";
import { kubeconfig } from "./kubeconfig.ts";
import { runNode } from "./node.ts";
import { authorityFile, type Identity, issue, makeAuthorities } from "./pki.ts";
import { type Settings, serverFolder } from "./settings.ts";
import { innerPort, listen, passwordHash } from "./supervisor.ts";
import { newSecret, parseToken, secretIn, writeTokens } from "./token.ts";

/** `k3s server`: runs until it is told to stop. */
export async function runServer(settings: Settings): Promise<void> {
  const folder = serverFolder(settings);
  const { version, nodeName } = settings;
  say("info", `Starting k3s ${version}`);
  // A server that has its data does not join again.
  const joins = settings.server !== undefined && !hasEtcd(settings);
  const peer = settings.server === undefined ? undefined : new URL(settings.server).hostname;
  if (joins && settings.server !== undefined) await joinCluster(settings, settings.server);
  else makeCluster(settings);
  const secret = secretIn(folder, "token") ?? "";

  const admin = issue(folder, "client-ca", "client-admin", "/O=system:masters/CN=system:admin");
  const serving = issue(
    folder,
    "server-ca",
    "serving-kube-apiserver",
    "/CN=kube-apiserver",
    servingNames(settings),
  );
  const proxy = issue(folder, "request-header-ca", "client-auth-proxy", "/CN=system:auth-proxy");
  const ca = readFileSync(authorityFile(folder, "server-ca"));
  const inner = new Agent({
    keepAlive: true,
    ca,
    cert: readFileSync(proxy.certificate),
    key: readFileSync(proxy.key),
  });
  let kube: Kube | undefined;
  await listen({ settings, serving, inner, kube: () => kube });

  const datastore = await openDatastore(settings, peer);
  process.once("SIGTERM", async () => {
    await datastore
      .save()
      .catch((error: Error) => say("error", `state.db is not up to date: ${error.message}`));
    await endAll();
    process.exit(0);
  });
  await keepBundle(datastore.etcd, folder, secret);

  start("kube-apiserver", apiServerArgs(settings, datastore.etcd, serving), "fail");
  const api = new Kube(`https://127.0.0.1:${innerPort}`, authorityFile(folder, "server-ca"), admin);
  await until("Waiting for API server to become available", () => api.ready());
  await api.nodePassword(nodeName, passwordHash(nodeName, nodePassword()));
  kube = api;

  const [innerConfig = ""] = ["admin", "controller", "scheduler"].map((name) => {
    const file = join(folder, "cred", `${name}.kubeconfig`);
    writeFileSync(file, kubeconfig(`https://127.0.0.1:${innerPort}`, folder, admin), { mode: 0o600 });
    return file;
  });
  for (const [program, args] of controllers(settings)) start(program, args, "restart");
  mkdirSync("/etc/rancher/k3s", { recursive: true });
  writeFileSync("/etc/rancher/k3s/k3s.yaml", kubeconfig("https://127.0.0.1:6443", folder, admin), {
    mode: settings.kubeconfigMode,
  });

  await runNode(settings, {
    kube: api,
    kubeconfig: innerConfig,
    etcdName: datastore.sqlite ? undefined : datastore.etcd.name,
  });
  watchNodes(settings, api, datastore.sqlite ? undefined : datastore.etcd);
  execFileSync("systemd-notify", ["--ready"]);
  say("info", `k3s is up and running on ${nodeName}`);
}

/** Keys and token of a new cluster; what is there stays. */
function makeCluster(settings: Settings): void {
  const folder = serverFolder(settings);
  makeAuthorities(folder, settings.secretsEncryption);
  const given = settings.token === undefined ? undefined : parseToken(settings.token).secret;
  const agent = settings.agentToken === undefined ? undefined : parseToken(settings.agentToken).secret;
  writeTokens(folder, given ?? secretIn(folder, "token") ?? newSecret(), agent);
}

async function joinCluster(settings: Settings, server: string): Promise<void> {
  const folder = serverFolder(settings);
  const body = { node: settings.nodeName, password: nodePassword() };
  // The real one does not wait either: its service ends and is started again.
  const grant = await present<ServerGrant>(
    server,
    settings.token ?? "",
    "/v1-k3s/server-bootstrap",
    body,
  ).catch((error: Error) => {
    throw new Error(`preparing server: failed to bootstrap cluster data: ${error.message}`);
  });
  writeBundle(folder, grant.bundle);
  const agent = settings.agentToken === undefined ? undefined : parseToken(settings.agentToken).secret;
  writeTokens(folder, grant.secret, agent);
}

/** The cluster's keys are in its data too, for a server that is made from a snapshot. */
async function keepBundle(etcd: Etcd, folder: string, secret: string): Promise<void> {
  const known = await etcd.get(bundleKey(secret));
  if (known === undefined) await etcd.put(bundleKey(secret), seal(readBundle(folder), secret));
  else unseal(known, secret);
}

function servingNames({ nodeName, nodeIp, tlsSans }: Settings): string[] {
  const names = [
    "localhost",
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    hostname(),
    nodeName,
  ];
  const addresses = ["127.0.0.1", "10.43.0.1", nodeIp];
  for (const san of tlsSans) (/^[\d.]+$|:/.test(san) ? addresses : names).push(san);
  const unique = (values: string[]) => [...new Set(values)];
  return [
    ...unique(names).map((name) => `DNS:${name}`),
    ...unique(addresses).map((address) => `IP:${address}`),
  ];
}

function apiServerArgs(settings: Settings, etcd: Etcd, serving: Identity): string[] {
  const folder = serverFolder(settings);
  const tls = join(folder, "tls");
  return [
    ...["--bind-address=127.0.0.1", `--secure-port=${innerPort}`, `--advertise-address=${settings.nodeIp}`],
    ...["--endpoint-reconciler-type=none", ...etcd.clientArgs],
    ...[`--tls-cert-file=${serving.certificate}`, `--tls-private-key-file=${serving.key}`],
    ...[`--client-ca-file=${join(tls, "client-ca.crt")}`, "--authorization-mode=Node,RBAC"],
    ...[`--requestheader-client-ca-file=${join(tls, "request-header-ca.crt")}`],
    ...["--requestheader-allowed-names=system:auth-proxy", "--requestheader-username-headers=X-Remote-User"],
    ...[
      "--requestheader-group-headers=X-Remote-Group",
      "--requestheader-extra-headers-prefix=X-Remote-Extra-",
    ],
    ...["--service-account-issuer=https://kubernetes.default.svc.cluster.local"],
    ...[`--service-account-key-file=${join(tls, "service.key")}`],
    ...[`--service-account-signing-key-file=${join(tls, "service.key")}`],
    ...[`--service-cluster-ip-range=${settings.serviceCidr}`, "--allow-privileged=true", "--profiling=false"],
    ...[`--encryption-provider-config=${join(folder, "cred", "encryption-config.json")}`],
    ...settings.apiServerArgs.map((arg) => `--${arg}`),
  ];
}

function controllers(settings: Settings): [string, string[]][] {
  const folder = serverFolder(settings);
  const tls = join(folder, "tls");
  const shared = (name: string) => [
    ...[
      `--kubeconfig=${join(folder, "cred", `${name}.kubeconfig`)}`,
      "--bind-address=127.0.0.1",
      "--profiling=false",
    ],
  ];
  const given = (args: readonly string[]) => args.map((arg) => `--${arg}`);
  const manager = [
    ...[...shared("controller"), `--root-ca-file=${join(tls, "server-ca.crt")}`],
    ...[`--service-account-private-key-file=${join(tls, "service.key")}`],
    ...["--allocate-node-cidrs=true", `--cluster-cidr=${settings.clusterCidr}`],
    // Nodes of a test are missed sooner than the 50 s of the real one.
    ...["--node-monitor-period=2s", "--node-monitor-grace-period=15s"],
    ...given(settings.controllerManagerArgs),
  ];
  return [
    ["kube-controller-manager", manager],
    ["kube-scheduler", [...shared("scheduler"), ...given(settings.schedulerArgs)]],
  ];
}

/** `k3s server --cluster-reset --cluster-reset-restore-path=…`: this server alone, with the snapshot's content. */
export async function resetCluster(settings: Settings, snapshot: string): Promise<void> {
  const folder = serverFolder(settings);
  const fresh = secretIn(folder, "token") === undefined;
  const secret = settings.token === undefined ? secretIn(folder, "token") : parseToken(settings.token).secret;
  if (secret === undefined)
    throw new Error("--token is required to restore a snapshot on a server without data");
  // Keys of its own until those of the snapshot are known.
  makeAuthorities(folder, settings.secretsEncryption);
  const etcd = new Etcd(settings);
  etcd.restore(snapshot);
  await etcd.start();
  const sealed = await etcd.get(bundleKey(secret));
  if (sealed === undefined)
    throw new Error("bootstrap data already found and encrypted with different token");
  if (fresh) {
    writeBundle(folder, unseal(sealed, secret));
    const agent = settings.agentToken === undefined ? undefined : parseToken(settings.agentToken).secret;
    writeTokens(folder, secret, agent);
  }
  await endAll();
  say(
    "info",
    `Managed etcd cluster membership has been reset, restart without --cluster-reset flag now. Backup and delete ${folder}/db on each peer etcd server and rejoin the nodes`,
  );
}
