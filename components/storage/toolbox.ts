import { imageReference } from "../charts/sources.ts";
import { cephNamespace } from "./ceph.ts";

/** Name of Deployment and container and value of the label `app`: what the inventory operator looks for. */
const TOOLBOX = "rook-ceph-tools";

/** User and group of Ceph's tools, as in Rook's own toolbox. */
const USER = 2016;

/**
 * Writes where the monitors are and the key to where `ceph` looks for them, again and again: monitors move. The key
 * goes from file to file, since variables and arguments can be seen from outside.
 */
const KEEP_CONFIGURATION = `set -eu
umask 077
trap 'exit 0' TERM
while true; do
  monitors=$(sed 's/[a-z0-9_-]*=//g' /etc/rook/mon-endpoints)
  printf '[global]\\nmon_host = %s\\n[client.admin]\\nkeyring = /etc/ceph/keyring\\n' "$monitors" >/etc/ceph/new.conf
  printf '[client.admin]\\nkey = %s\\n' "$(cat /etc/rook-admin/key)" >/etc/ceph/new.keyring
  mv /etc/ceph/new.keyring /etc/ceph/keyring
  mv /etc/ceph/new.conf /etc/ceph/ceph.conf
  sleep 30 &
  wait $!
done
`;

/**
 * The pod in which the inventory operator runs `ceph df` (operator/inventory/ceph.go): without it no space of Ceph's
 * is ever counted, and no lease with a volume is bid on. Rook makes the ConfigMap and the Secret once its monitors
 * run; until then the pod waits for them.
 */
export function cephToolbox() {
  const labels = { app: TOOLBOX };
  return {
    metadata: {
      name: TOOLBOX,
      namespace: cephNamespace,
      labels,
      // Ready when Ceph is, which takes minutes; that it works the trial of the volumes shows.
      annotations: { "pulumi.com/skipAwait": "true" },
    },
    spec: {
      replicas: 1,
      revisionHistoryLimit: 3,
      strategy: { type: "Recreate" },
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          automountServiceAccountToken: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: USER,
            runAsGroup: USER,
            fsGroup: USER,
            seccompProfile: { type: "RuntimeDefault" },
          },
          containers: [
            {
              name: TOOLBOX,
              image: imageReference("ceph"),
              command: ["bash", "-c", KEEP_CONFIGURATION],
              resources: {
                requests: { cpu: "10m", memory: "64Mi" },
                limits: { cpu: "500m", memory: "256Mi" },
              },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ["ALL"] },
              },
              volumeMounts: [
                { name: "config", mountPath: "/etc/ceph" },
                { name: "tmp", mountPath: "/tmp" },
                { name: "monitors", mountPath: "/etc/rook", readOnly: true },
                { name: "admin", mountPath: "/etc/rook-admin", readOnly: true },
              ],
            },
          ],
          volumes: [
            { name: "config", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
            { name: "tmp", emptyDir: { sizeLimit: "16Mi" } },
            {
              name: "monitors",
              configMap: { name: "rook-ceph-mon-endpoints", items: [{ key: "data", path: "mon-endpoints" }] },
            },
            {
              name: "admin",
              secret: {
                secretName: "rook-ceph-mon",
                defaultMode: 0o440,
                items: [{ key: "ceph-secret", path: "key" }],
              },
            },
          ],
        },
      },
    },
  };
}
