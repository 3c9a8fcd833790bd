import type { EnvironmentVariable } from "../environment/types.ts";
import {
  HOSTNAME_OPERATOR,
  INVENTORY_OPERATOR,
  IP_OPERATOR,
  type OperatorComponent,
  operatorLabels,
  PORTS,
} from "../names.ts";
import { CONTAINER_SECURITY, HOME, httpProbe, POD_SECURITY, PRIORITY_CLASS, type Resources } from "./pod.ts";

/** What the three operators differ in. */
export interface OperatorSpec<Text> {
  readonly component: OperatorComponent;
  readonly image: Text | string;
  readonly environment: readonly EnvironmentVariable<Text>[];
  /** ConfigMap with `config.yaml`, and a checksum of it. */
  readonly config?: { readonly configMap: Text | string; readonly checksum: string };
}

/** Where the inventory operator's configuration is mounted. */
export const CONFIG_FILE = "/etc/akash/config.yaml";

/**
 * Operators leave a node that does not answer after a minute. Elsewhere the cluster's own default holds, which keeps
 * leases in place for an hour (`evictionSeconds`); an operator has nothing to keep, and without it the site stands
 * still, `up` among others.
 */
const LEAVES_SILENT_NODES = ["not-ready", "unreachable"].map((state) => ({
  key: `node.kubernetes.io/${state}`,
  operator: "Exists",
  effect: "NoExecute",
  tolerationSeconds: 60,
}));

/** Name of an operator's Deployment, Service, ServiceAccount and container. */
export function operatorName(component: OperatorComponent) {
  return NAMES[component];
}

const NAMES = { hostname: HOSTNAME_OPERATOR, inventory: INVENTORY_OPERATOR, ip: IP_OPERATOR } as const;

const RESOURCES: Readonly<Record<OperatorComponent, Resources>> = {
  hostname: resources("50m", "64Mi", "500m", "256Mi"),
  // Holds every node and pod of the cluster in memory.
  inventory: resources("100m", "256Mi", "2", "1Gi"),
  ip: resources("50m", "64Mi", "500m", "256Mi"),
};

/** Ports of an operator's Service. Their names are what the binary looks for in its own pod (DetectPort). */
export function operatorPorts(component: OperatorComponent) {
  const rest = { name: "rest", port: PORTS.operatorRest, targetPort: "rest", appProtocol: "http" };
  const grpc = { name: "grpc", port: PORTS.inventoryGrpc, targetPort: "grpc", appProtocol: "tcp" };
  return component === "inventory" ? [rest, grpc] : [rest];
}

/**
 * Deployment of an operator. There is never a second one beside it: two inventory operators would delete each
 * other's discovery pods.
 */
export function planOperator<Text>(operator: OperatorSpec<Text>) {
  const { component, config } = operator;
  const labels = operatorLabels(component);
  const mounts = [
    { name: "home", mountPath: HOME },
    { name: "tmp", mountPath: "/tmp" },
    // A single file is not updated in place: the operator would take the swap for a removal and forget its
    // storage classes (configWatcher in operator/inventory/cmd.go). The checksum rolls the pod instead.
    ...(config === undefined
      ? []
      : [{ name: "config", mountPath: CONFIG_FILE, subPath: "config.yaml", readOnly: true }]),
  ];
  return {
    replicas: 1,
    revisionHistoryLimit: 3,
    strategy: { type: "Recreate" },
    selector: { matchLabels: { ...labels } },
    template: {
      metadata: {
        labels: { ...labels },
        ...(config === undefined ? {} : { annotations: { "checksum/config": config.checksum } }),
      },
      spec: {
        serviceAccountName: NAMES[component],
        priorityClassName: PRIORITY_CLASS,
        securityContext: POD_SECURITY,
        nodeSelector: { "kubernetes.io/os": "linux" },
        tolerations: LEAVES_SILENT_NODES,
        containers: [
          {
            name: NAMES[component],
            image: operator.image,
            args: ["provider-services", "operator", component],
            env: [{ name: "HOME", value: HOME }, ...operator.environment],
            ports: operatorPorts(component).map(({ name, port }) => ({ name, containerPort: port })),
            resources: RESOURCES[component],
            securityContext: CONTAINER_SECURITY,
            volumeMounts: mounts,
            ...PROBES[component],
          },
        ],
        volumes: [
          { name: "home", emptyDir: { sizeLimit: "64Mi" } },
          { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
          ...(config === undefined ? [] : [{ name: "config", configMap: { name: config.configMap } }]),
        ],
      },
    },
  };
}

/**
 * The inventory operator can lose the API server, or start before the GPU driver, and then offers nothing for
 * good: an inventory without nodes, or with nodes whose GPUs it cannot name, is reason to start it anew. A card that
 * the network's database lacks has no name afterwards either, so for the same nodes that is tried once: the file, which
 * outlives the container, holds in which start of it they were seen. No answer is no `input`, of which older jq make a
 * success.
 */
const SEES_NODES_AND_GPUS = `
unnamed=$(curl -fsS --max-time 10 http://127.0.0.1:${PORTS.operatorRest}/v1/inventory | jq -er -n '
  input | if (.nodes | length) == 0 then error("no nodes") else
    [.nodes[] | select(.resources.gpu | .quantity.capacity != "0" and (.info | length) == 0) | .name] | sort | join(",") end') || exit 1
seen=$HOME/unnamed-gpus
if [ -z "$unnamed" ]; then rm -f "$seen"; exit; fi
start=$(cut -d ' ' -f 22 /proc/1/stat)
if [ -f "$seen" ]; then read -r before nodes <"$seen"; fi
if [ "$nodes" = "$unnamed" ]; then [ "$before" != "$start" ]; exit; fi
echo "$start $unnamed" >"$seen"
exit 1`;

const health = (path: string) => ({
  startupProbe: httpProbe(path, "rest", { periodSeconds: 5, failureThreshold: 60 }),
  readinessProbe: httpProbe(path, "rest", { periodSeconds: 10, failureThreshold: 3 }),
});

const PROBES = {
  hostname: {
    ...health("/health"),
    livenessProbe: httpProbe("/health", "rest", { periodSeconds: 20, failureThreshold: 6 }),
  },
  inventory: {
    ...health("/metrics/health"),
    livenessProbe: {
      exec: { command: ["sh", "-c", SEES_NODES_AND_GPUS] },
      initialDelaySeconds: 240,
      periodSeconds: 60,
      timeoutSeconds: 15,
      failureThreshold: 5,
    },
  },
  ip: {
    ...health("/health"),
    livenessProbe: httpProbe("/health", "rest", { periodSeconds: 20, failureThreshold: 6 }),
  },
};

function resources(cpu: string, memory: string, cpuLimit: string, memoryLimit: string): Resources {
  return { requests: { cpu, memory }, limits: { cpu: cpuLimit, memory: memoryLimit } };
}
