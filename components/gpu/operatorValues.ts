import type { NodeView } from "./types.ts";

/** Who writes the RuntimeClass `nvidia`. */
export type RuntimeClassOwner = "distribution" | "operator" | "site";

/**
 * The one owner of the RuntimeClass. The GPU operator makes and rewrites it whenever it runs
 * (`transformRuntimeClass` in its `controllers/object_controls.go`), so beside it nobody else may.
 *
 * @throws RangeError when an owner is named that cannot be
 */
export function runtimeClassOwner(
  operator: "chart" | "none" = "none",
  owner: RuntimeClassOwner = operator === "chart" ? "operator" : "site",
): RuntimeClassOwner {
  if (operator === "chart" && owner !== "operator") {
    throw new RangeError(
      `\`runtimeClass: ${owner}\` cannot go with \`operator: chart\`: the GPU operator writes the RuntimeClass nvidia itself. Leave \`runtimeClass\` out.`,
    );
  }
  if (operator === "none" && owner === "operator") {
    throw new RangeError(
      "`runtimeClass: operator` needs `operator: chart`; without it no lease with a GPU could start.",
    );
  }
  return owner;
}

/** Whose containerd a cluster's nodes run; K3s keeps its socket and configuration where no other does. */
export type Distribution = "k3s" | "other";

/** Told by the kubelet's version: K3s's ends in `+k3s` and a number. */
export function distributionOf(nodes: readonly NodeView[]): Distribution {
  return nodes.some(({ status }) => status?.nodeInfo?.kubeletVersion?.includes("+k3s")) ? "k3s" : "other";
}

export interface GpuOperatorOptions {
  readonly driver?: boolean;
  readonly toolkit?: boolean;
  readonly fabricManager?: boolean;
  readonly distribution?: Distribution;
}

/**
 * K3s makes containerd's configuration anew at every start, so a change to it is lost at the next reboot; a
 * drop-in file beside it stays.
 */
const k3sContainerd = [
  { name: "CONTAINERD_CONFIG", value: "/var/lib/rancher/k3s/agent/etc/containerd/config.toml" },
  {
    name: "RUNTIME_DROP_IN_CONFIG",
    value: "/var/lib/rancher/k3s/agent/etc/containerd/config-v3.toml.d/99-nvidia.toml",
  },
  { name: "CONTAINERD_SOCKET", value: "/run/k3s/containerd/containerd.sock" },
  { name: "CONTAINERD_RUNTIME_CLASS", value: "nvidia" },
] as const;

/**
 * By default a container gets the GPUs that it names in `NVIDIA_VISIBLE_DEVICES`, which tenants write: a lease for one
 * would take all of its node. The device plugin's list goes to containerd by CDI instead.
 */
const allocatedOnly = [
  { name: "ACCEPT_NVIDIA_VISIBLE_DEVICES_ENVVAR_WHEN_UNPRIVILEGED", value: "false" },
] as const;

/** Values of the GPU operator's chart, as the network's provider documentation sets them, on K3s. */
export function gpuOperatorValues(options: GpuOperatorOptions): Record<string, unknown> {
  const { driver = false, toolkit = true, fabricManager = false, distribution = "k3s" } = options;
  const env = [...allocatedOnly, ...(distribution === "k3s" ? k3sContainerd : [])];
  return {
    operator: { runtimeClass: "nvidia" },
    driver: { enabled: driver, rdma: { enabled: false } },
    toolkit: { enabled: toolkit, ...(toolkit ? { env } : {}) },
    cdi: { enabled: true },
    devicePlugin: { enabled: true },
    // Labels nodes with the product, memory and CUDA version that detection reads.
    gfd: { enabled: true },
    nfd: { enabled: true },
    fabricManager: { enabled: fabricManager },
    // A split GPU cannot be matched to an order.
    migManager: { enabled: false },
    dcgmExporter: { enabled: true },
    nodeStatusExporter: { enabled: true },
  };
}
