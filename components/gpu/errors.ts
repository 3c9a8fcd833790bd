/** A machine whose GPUs cannot be driven, or not by us. */
export class GpuDriverRefused extends Error {
  override readonly name = "GpuDriverRefused";
}

/** Driver and toolkit were installed, and still something is missing. */
export class GpuDriverIncomplete extends Error {
  override readonly name = "GpuDriverIncomplete";
}

/** The site is to install the GPU operator where somebody else's device plugin offers the GPUs already. */
export class DevicePluginPresent extends Error {
  override readonly name = "DevicePluginPresent";

  /** @param plugin `namespace/name` of its DaemonSet */
  constructor(plugin: string) {
    super(
      `gpu.operator: chart would start a second device plugin beside the DaemonSet ${plugin}, and both offer the same GPUs. Leave \`gpu.operator\` out to keep that one, or delete it first.`,
    );
  }
}

/** What is on the bus is not what the cluster offers, so it is not advertised. */
export class GpuNotReady extends Error {
  override readonly name = "GpuNotReady";
}
