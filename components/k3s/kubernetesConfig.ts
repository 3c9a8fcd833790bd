import { DATA_DIR } from "./binary.ts";

/** A file of the kubelet or the scheduler, as an object. */
export type ComponentConfig = Readonly<Record<string, unknown>>;

/** The kubelet reads this after K3s's own defaults (K3s documentation, "Kubelet configuration"). */
export function kubeletFile(dataDir: string = DATA_DIR): string {
  return `${dataDir}/agent/etc/kubelet.conf.d/50-pulumi-akash.conf`;
}

/**
 * The kubelet's settings. No grace period for shutting down: it would leave failed pods behind at every reboot, and
 * those still count as used; without it pods come back in place.
 */
export function kubeletConfig(): ComponentConfig {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    maxPods: 200,
    systemReserved: { cpu: "250m", memory: "512Mi", "ephemeral-storage": "2Gi" },
    containerLogMaxSize: "50Mi",
    containerLogMaxFiles: 3,
    serializeImagePulls: false,
  };
}

/**
 * The scheduler's settings: pods with a GPU go where most GPUs are in use already, so that a large order still finds
 * a whole node. A pod without a GPU is not scored by it (NodeResourcesFit passes over an extended resource that a pod
 * does not ask for) and is spread as usual.
 */
export function schedulerConfig(dataDir: string = DATA_DIR): ComponentConfig {
  return {
    apiVersion: "kubescheduler.config.k8s.io/v1",
    kind: "KubeSchedulerConfiguration",
    // With a file of its own the scheduler takes the address of the API server from nowhere else.
    clientConnection: { kubeconfig: `${dataDir}/server/cred/scheduler.kubeconfig` },
    profiles: [
      {
        schedulerName: "default-scheduler",
        plugins: { score: { enabled: [{ name: "NodeResourcesFit", weight: 10 }] } },
        pluginConfig: [
          {
            name: "NodeResourcesFit",
            args: {
              apiVersion: "kubescheduler.config.k8s.io/v1",
              kind: "NodeResourcesFitArgs",
              scoringStrategy: {
                type: "MostAllocated",
                resources: [{ name: "nvidia.com/gpu", weight: 1 }],
              },
            },
          },
        ],
      },
    ],
  };
}
