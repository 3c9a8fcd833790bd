import { CronJob } from "@pulumi/kubernetes/batch/v1/cronJob.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import * as pulumi from "@pulumi/pulumi";
import { imageReference } from "../charts/index.ts";
import type { ClusterAccess } from "../cluster/index.ts";
import { CredentialSecret } from "./CredentialSecret.ts";
import { CLOUDFLARE_API } from "./cloudflareApi.ts";
import { CLOUDFLARE_TOKEN } from "./credentials.ts";
import { updaterScript } from "./updater.ts";

/** curl with a shell; pinned by tag, and by digest where the mirror keeps one. */
export const updaterImage = imageReference("curl");

export interface DynamicAddressArgs {
  /** How to reach the cluster. */
  readonly cluster: pulumi.Input<ClusterAccess>;
  /** Cloudflare's id of the zone. */
  readonly zoneId: pulumi.Input<string>;
  /** Cloudflare's ids of the records to keep. */
  readonly recordIds: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Environment variable with an API token whose only permission is Zone.DNS.Edit on this zone. It is read
   * when the updater's Secret is written and is in no state. Default: `CLOUDFLARE_API_TOKEN`.
   */
  readonly tokenEnv?: string;
  /** When to look, as in cron. Default: every five minutes. */
  readonly schedule?: string;
  /** Image with sh, curl and grep. */
  readonly image?: string;
}

const hardened = {
  pod: {
    runAsNonRoot: true,
    runAsUser: 65_532,
    runAsGroup: 65_532,
    fsGroup: 65_532,
    seccompProfile: { type: "RuntimeDefault" },
  },
  container: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  },
};

/**
 * Keeps the site's records at an address that changes, from inside the cluster. The job has no access to the
 * cluster's API; it reaches DNS and HTTPS alone.
 */
export class DynamicAddress extends pulumi.ComponentResource {
  constructor(name: string, args: DynamicAddressArgs, opts?: pulumi.ComponentResourceOptions) {
    super("akash:dns:DynamicAddress", name, {}, opts);
    const { tokenEnv = CLOUDFLARE_TOKEN, schedule = "*/5 * * * *", image = updaterImage } = args;
    const parent = { parent: this };
    const namespace = new Namespace(
      `${name}-namespace`,
      {
        metadata: { name: "site-dns", labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
      },
      parent,
    ).metadata.name;
    const metadata = { name: "address-updater", namespace };
    const credentials = new CredentialSecret(
      `${name}-credentials`,
      {
        cluster: args.cluster,
        namespace,
        secretName: "address-updater",
        values: { header: { env: tokenEnv, prefix: "Authorization: Bearer " } },
      },
      parent,
    );
    const script = new ConfigMap(
      `${name}-script`,
      { metadata, data: { "update.sh": updaterScript } },
      parent,
    );
    const policy = new NetworkPolicy(
      `${name}-network`,
      {
        metadata,
        spec: {
          podSelector: {},
          policyTypes: ["Ingress", "Egress"],
          egress: [
            {
              ports: [
                { protocol: "UDP", port: 53 },
                { protocol: "TCP", port: 53 },
                { protocol: "TCP", port: 443 },
              ],
            },
          ],
        },
      },
      parent,
    );
    const environment = {
      ADDRESS_SERVICE_1: "https://api.ipify.org",
      ADDRESS_SERVICE_2: "https://checkip.amazonaws.com",
      API: CLOUDFLARE_API,
      ZONE_ID: args.zoneId,
      RECORD_IDS: pulumi.output(args.recordIds).apply((ids) => ids.join(" ")),
    };
    new CronJob(
      `${name}-job`,
      {
        metadata,
        spec: {
          schedule,
          concurrencyPolicy: "Forbid",
          startingDeadlineSeconds: 300,
          successfulJobsHistoryLimit: 1,
          failedJobsHistoryLimit: 1,
          jobTemplate: {
            spec: {
              backoffLimit: 0,
              activeDeadlineSeconds: 120,
              template: {
                spec: {
                  restartPolicy: "Never",
                  automountServiceAccountToken: false,
                  enableServiceLinks: false,
                  securityContext: hardened.pod,
                  containers: [
                    {
                      name: "update",
                      image,
                      command: ["/bin/sh", "/script/update.sh"],
                      env: Object.entries(environment).map(([key, value]) => ({ name: key, value })),
                      securityContext: hardened.container,
                      resources: {
                        requests: { cpu: "10m", memory: "16Mi" },
                        limits: { memory: "64Mi" },
                      },
                      volumeMounts: [
                        { name: "script", mountPath: "/script", readOnly: true },
                        { name: "credentials", mountPath: "/credentials", readOnly: true },
                      ],
                    },
                  ],
                  volumes: [
                    { name: "script", configMap: { name: script.metadata.name } },
                    {
                      name: "credentials",
                      secret: { secretName: credentials.secretName, defaultMode: 0o440 },
                    },
                  ],
                },
              },
            },
          },
        },
      },
      // The policy first: the job's first pod already runs under it.
      { ...parent, dependsOn: policy },
    );
    this.registerOutputs({});
  }
}
