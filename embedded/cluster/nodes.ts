/** The part of a Kubernetes Node that a simulated machine declares. */
export interface SimulatedNode {
  readonly apiVersion: "v1";
  readonly kind: "Node";
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly podCIDR: string };
  readonly status: {
    readonly addresses: readonly { readonly type: string; readonly address: string }[];
    readonly capacity: Readonly<Record<string, string>>;
    readonly allocatable: Readonly<Record<string, string>>;
    readonly nodeInfo: Readonly<Record<string, string>>;
  };
}

/** What the inventory operator labels every node with whose storage classes leases may use. */
const akashLabels = {
  "akash.network": "true",
  "akash.network/capabilities.storage.class.beta3": "1",
};

/**
 * An RTX 5090 as a node shows it. The PCI id 10de:2b85 (class 0300, display controller) is in the provider
 * project's device database as `rtx5090`, `PCIe`, `32Gi`.
 */
const gpuLabels = {
  // Node feature discovery, by vendor as NVIDIA's GPU operator sets it up, and by class, vendor and device.
  "feature.node.kubernetes.io/pci-10de.present": "true",
  "feature.node.kubernetes.io/pci-0300_10de_2b85.present": "true",
  // GPU feature discovery (NVIDIA/k8s-device-plugin, docs/gpu-feature-discovery).
  "nvidia.com/cuda.driver-version.full": "580.95.05",
  "nvidia.com/cuda.driver-version.major": "580",
  "nvidia.com/cuda.driver-version.minor": "95",
  "nvidia.com/cuda.driver-version.revision": "05",
  "nvidia.com/cuda.runtime-version.full": "13.0",
  "nvidia.com/cuda.runtime-version.major": "13",
  "nvidia.com/cuda.runtime-version.minor": "0",
  "nvidia.com/gpu.compute.major": "12",
  "nvidia.com/gpu.compute.minor": "0",
  "nvidia.com/gpu.count": "1",
  "nvidia.com/gpu.family": "blackwell",
  "nvidia.com/gpu.machine": "Simulated",
  "nvidia.com/gpu.memory": "32607",
  "nvidia.com/gpu.mode": "graphics",
  "nvidia.com/gpu.present": "true",
  "nvidia.com/gpu.product": "NVIDIA-GeForce-RTX-5090",
  "nvidia.com/gpu.replicas": "1",
  "nvidia.com/gpu.sharing-strategy": "none",
  "nvidia.com/mig.capable": "false",
  "nvidia.com/mps.capable": "false",
  "nvidia.com/vgpu.present": "false",
  // The inventory operator (akash-network/provider, operator/inventory/node-discovery.go).
  "akash.network/capabilities.gpu.vendor.nvidia.model.rtx5090": "1",
  "akash.network/capabilities.gpu.vendor.nvidia.model.rtx5090.ram.32Gi": "1",
  "akash.network/capabilities.gpu.vendor.nvidia.model.rtx5090.interface.pcie": "1",
};

/** The machines of the embedded cluster: its control plane, which also runs workloads, and one with a GPU. */
export const simulatedNodes: readonly SimulatedNode[] = [
  simulatedNode(
    "embedded-1",
    1,
    { cpu: "8", memory: "32Gi" },
    { "node-role.kubernetes.io/control-plane": "true" },
  ),
  simulatedNode("embedded-2", 2, { cpu: "16", memory: "64Gi", "nvidia.com/gpu": "1" }, gpuLabels),
];

function simulatedNode(
  name: string,
  number: number,
  resources: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
): SimulatedNode {
  const capacity = { ...resources, "ephemeral-storage": "500Gi", pods: "110" };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        ...akashLabels,
        ...labels,
      },
      annotations: { "kwok.x-k8s.io/node": "fake" },
    },
    spec: { podCIDR: `10.42.${number}.0/24` },
    status: {
      addresses: [
        { type: "InternalIP", address: `192.0.2.${10 + number}` },
        { type: "Hostname", address: name },
      ],
      capacity,
      allocatable: capacity,
      nodeInfo: {
        architecture: "amd64",
        bootID: "",
        containerRuntimeVersion: "containerd://2.1.5",
        kernelVersion: "6.8.0-87-generic",
        kubeProxyVersion: "",
        kubeletVersion: "v1.34.3",
        machineID: "",
        operatingSystem: "linux",
        osImage: "Simulated",
        systemUUID: "",
      },
    },
  };
}
