/**
 * Everything of K3s that this package relies on, in one place: a stand-in for it has to do exactly this.
 *
 * **Where it comes from.** A mirror folder holds `<version>/k3s` (`k3s-arm64` on arm64), the publisher's list
 * `<version>/sha256sum-<arch>.txt` with a line `<sha256>  <name>` for each file, and for machines without internet
 * `<version>/k3s-airgap-images-<arch>.tar.zst`; `<arch>` is `amd64` or `arm64`, `<version>` for example
 * `v1.34.3+k3s1`. Without a mirror the machine downloads the same files from the project's release.
 *
 * **Command lines**, always by the path `/usr/local/bin/k3s`:
 * - `k3s --version`: the first line is `k3s version v1.34.3+k3s1 (<commit>)`.
 * - `k3s server`, `k3s agent`: no further arguments; everything is in `/etc/rancher/k3s/config.yaml`. The unit of
 *   a server is `Type=notify` (READY=1 when the API answers), that of an agent `Type=exec`.
 * - `k3s server --cluster-reset --token-file=<file> --cluster-reset-restore-path=<file>`: with the service stopped,
 *   makes this server the only etcd member with the snapshot's content and ends with 0.
 * - `k3s etcd-snapshot save --name=<name> --etcd-snapshot-dir=<folder>`: writes `<folder>/<name>-<node>-<time>`.
 * - `k3s token rotate`: replaces the server token by a random one; `server/token` holds it afterwards. The service is
 *   restarted by us.
 *
 * **config.yaml**, besides what only the real one needs: `node-name`, `node-ip`, `data-dir`, `server` (URL to join
 * through), `token-file`, `agent-token-file`, `cluster-init`, `tls-san`, `write-kubeconfig-mode`, `node-taint`,
 * `kube-apiserver-arg`.
 *
 * **Files that it writes** below its data directory, `/var/lib/rancher/k3s`:
 * - `server/token`, `server/agent-token`: mode 0600, `K10<sha256 of the CA>::server:<secret>` and `…::node:<secret>`;
 *   the agent token's secret is the content of `agent-token-file`.
 * - `server/db/state.db` for SQLite (a server alone without `cluster-init`), `server/db/etcd/` for etcd. With
 *   `cluster-init` a `state.db` that is there is moved into etcd at the next start. Once `server/db/etcd` is there,
 *   `cluster-init` and `server` are ignored.
 * - `server/tls/`, `server/cred/`: certificates and keys, made at the first start.
 * - `agent/etc/containerd/config.toml`: written at each start; names the runtime `nvidia` where
 *   `/usr/bin/nvidia-container-runtime` is there at that time.
 * - `agent/images/*`: images read at start.
 * And `/etc/rancher/k3s/k3s.yaml`, mode 0600, an administrator's kubeconfig with `server: https://127.0.0.1:6443`;
 * `/etc/rancher/node/password`, the node's own password.
 *
 * **What it does.** The API server listens on port 6443 of every address, with a certificate for `tls-san`,
 * `node-ip` and 127.0.0.1. A joining node presents the token; a wrong one, or a server that does not answer, is in
 * the journal of the unit, and the service tries again. The Node object has `kubelet` version `v1.34.3+k3s1`, label
 * `node-role.kubernetes.io/control-plane=true` on servers and, with etcd, `node-role.kubernetes.io/etcd=true` and the
 * annotations `etcd.k3s.cattle.io/node-name` and `…/node-address`; condition Ready follows the service, False or
 * Unknown once it has stopped for a while. Annotation `etcd.k3s.cattle.io/remove: "true"` takes a server out of etcd
 * (answer: `etcd.k3s.cattle.io/removed-node-name`), and its service ends. Stopping the service stops no pod.
 *
 * Read from k3s-io/docs (cli/server, cli/agent, cli/token, cli/etcd-snapshot, datastore/ha-embedded,
 * installation/airgap, installation/configuration, advanced), k3s-io/k3s (install.sh, pkg/etcd/member_controller.go)
 * and k3s-io/k3s#9817.
 */

/** Where the program is. */
export const K3S_BINARY = "/usr/local/bin/k3s";

/** Folder of its configuration. */
const CONFIG_FOLDER = "/etc/rancher/k3s";

/** Default data directory. */
export const DATA_DIR = "/var/lib/rancher/k3s";

/** Port of the API server. */
export const API_PORT = 6443;

export const CONFIG_FILE = `${CONFIG_FOLDER}/config.yaml`;
export const SCHEDULER_FILE = `${CONFIG_FOLDER}/scheduler.yaml`;
/** What a joining node presents; mode 0600. */
export const JOIN_TOKEN_FILE = `${CONFIG_FOLDER}/join-token`;
/** Secret of the token with which agents join; the same on all servers; mode 0600. */
export const AGENT_TOKEN_FILE = `${CONFIG_FOLDER}/agent-token`;

/** Annotation that takes a server out of etcd, and the one that says that it is done. */
export const REMOVE_MEMBER = "etcd.k3s.cattle.io/remove";
export const REMOVED_MEMBER = "etcd.k3s.cattle.io/removed-node-name";

/** What a machine is in the cluster. */
export type NodeRole = "server" | "agent";

/** Where a server keeps the cluster's data. */
export type Datastore = "sqlite" | "etcd";

/** Name of the systemd unit. */
export function unitOf(role: NodeRole): string {
  return role === "server" ? "k3s.service" : "k3s-agent.service";
}
