import { CONTAINER_SECURITY, POD_SECURITY } from "../akash/workloads/pod.ts";

/**
 * A claim and a job that writes to the volume and reads it back, as the user that the provider runs as.
 *
 * @param image has a shell, `date`, `sync` and `rm`
 */
export function volumeCheckObjects(storageClass: string, namespace: string, image: string) {
  const name = `volume-check-${storageClass}`;
  const metadata = { name, namespace, labels: { "app.kubernetes.io/managed-by": "pulumi-akash" } };
  const claim = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata,
    spec: {
      accessModes: ["ReadWriteOnce"],
      storageClassName: storageClass,
      resources: { requests: { storage: "64Mi" } },
    },
  };
  const job = {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata,
    spec: {
      backoffLimit: 2,
      template: {
        spec: {
          restartPolicy: "Never",
          automountServiceAccountToken: false,
          securityContext: POD_SECURITY,
          nodeSelector: { "kubernetes.io/os": "linux" },
          containers: [
            {
              name: "check",
              image,
              command: [
                "sh",
                "-ec",
                "date >/volume/check && sync && test -s /volume/check && rm /volume/check",
              ],
              resources: {
                requests: { cpu: "10m", memory: "16Mi" },
                limits: { cpu: "200m", memory: "64Mi" },
              },
              securityContext: CONTAINER_SECURITY,
              volumeMounts: [{ name: "volume", mountPath: "/volume" }],
            },
          ],
          volumes: [{ name: "volume", persistentVolumeClaim: { claimName: name } }],
        },
      },
    },
  };
  return { name, claim, job };
}
