/** Image whose shell tries the volume; pinned by tag, pulled once per node. */
const volumeCheckImage = "docker.io/library/busybox:1.37.0";

/** A claim and a job that writes to the volume and reads it back. */
export function volumeCheckObjects(storageClass: string, namespace: string) {
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
          containers: [
            {
              name: "check",
              image: volumeCheckImage,
              command: [
                "sh",
                "-ec",
                "date >/volume/check && sync && test -s /volume/check && rm /volume/check",
              ],
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
