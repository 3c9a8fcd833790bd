/** How a GPU is attached, in the network's terms: `sxm4`, `sxm5` and the like are all `sxm`. */
export type GpuInterface = string;

/** One model of GPU as the network knows it (`provider-configs`, `devices/pcie/gpus.json`). */
export interface GpuModel {
  /** `nvidia` or `amd`. */
  readonly vendor: string;
  /** Lower case without separators, for example `rtx5090`. */
  readonly model: string;
  /** Memory with its binary unit, for example `32Gi`. */
  readonly memory?: string;
  readonly interface?: GpuInterface;
}

/** GPU models by PCI id, `vendor:device` in lower-case hex, for example `10de:2b85`. */
export type GpuDatabase = ReadonlyMap<string, GpuModel>;

/** GPUs of one model on one node. */
export interface GpuDevice extends GpuModel {
  readonly node: string;
  /** Devices of this model that the node shows; at least 1. */
  readonly present: number;
  /** Devices that the node offers to pods now (`status.allocatable` of its vendor's resource). */
  readonly allocatable: number;
}

/** The part of a Kubernetes Node that detection reads. */
export interface NodeView {
  readonly metadata?: {
    readonly name?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly status?: {
    readonly allocatable?: Readonly<Record<string, string>>;
    readonly nodeInfo?: { readonly kubeletVersion?: string };
    readonly addresses?: readonly { readonly type: string; readonly address: string }[];
  };
}

/** Why a GPU is not advertised, or is advertised with a doubt. */
export type GpuProblemKind =
  | "not-allocatable"
  | "not-found"
  | "other-vendor"
  | "unknown-pci-id"
  | "unknown-product"
  | "unlabelled"
  | "fewer-allocatable"
  | "mixed-models"
  | "partitioned";

export interface GpuProblem {
  readonly kind: GpuProblemKind;
  readonly node: string;
  /** What is wrong, where, and what to do next. */
  readonly message: string;
}

export interface GpuDetection {
  /** By node name, then model. */
  readonly devices: readonly GpuDevice[];
  readonly problems: readonly GpuProblem[];
  /** Newest CUDA version that every GPU node's driver supports, for example `12.8`. */
  readonly cuda?: string;
}
