/** PriorityClass of provider and operators: above leases, below what the cluster itself needs. */
export const PRIORITY_CLASS = "akash-services";

/** User and group of our pods; the image has no user of its own. */
const USER = 10_001;

/** Writable folder of `provider-services`, which keeps its configuration there. */
export const HOME = "/var/lib/akash";

/** CPU and memory of a container. */
export interface Resources {
  readonly requests: { readonly cpu: string; readonly memory: string };
  readonly limits: { readonly cpu: string; readonly memory: string };
}

/** Satisfies the `restricted` pod security standard. */
export const POD_SECURITY = {
  runAsNonRoot: true,
  runAsUser: USER,
  runAsGroup: USER,
  fsGroup: USER,
  fsGroupChangePolicy: "OnRootMismatch",
  seccompProfile: { type: "RuntimeDefault" },
} as const;

export const CONTAINER_SECURITY = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

/** A probe over HTTP. */
export function httpProbe(
  path: string,
  port: string,
  pace: {
    readonly periodSeconds: number;
    readonly failureThreshold: number;
    readonly timeoutSeconds?: number;
  },
  scheme: "HTTP" | "HTTPS" = "HTTP",
) {
  return { httpGet: { path, port, scheme }, timeoutSeconds: 5, ...pace };
}
