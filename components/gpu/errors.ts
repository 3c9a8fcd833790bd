/** A machine whose GPUs cannot be driven, or not by us. */
export class GpuDriverRefused extends Error {
  override readonly name = "GpuDriverRefused";
}

/** Driver and toolkit were installed, and still something is missing. */
export class GpuDriverIncomplete extends Error {
  override readonly name = "GpuDriverIncomplete";
}

/** What is on the bus is not what the cluster offers, so it is not advertised. */
export class GpuNotReady extends Error {
  override readonly name = "GpuNotReady";
}
