export { gpuAttributes, gpuAuditAttributes } from "./attributes.ts";
export { type BusGpu, gpusOnBus, type PciDevice, parseLspci } from "./bus.ts";
export { type ExplainedGap, explainGap, type GapCause } from "./causes.ts";
export { commonModels } from "./commonModels.ts";
export {
  GpuDatabaseInvalid,
  type GpuDatabaseOptions,
  gpuDatabaseUrl,
  type LoadedGpuDatabase,
  loadGpuDatabase,
  parseGpuDatabase,
} from "./database.ts";
export { detectFromNodes } from "./detect.ts";
export { type DriverFacts, devicesOf } from "./driverFacts.ts";
export { type DriverChoice, type DriverPlan, planDriver } from "./driverPlan.ts";
export { DevicePluginPresent, GpuDriverIncomplete, GpuDriverRefused, GpuNotReady } from "./errors.ts";
export { expectedGpus, type GpuIntent, type MachineGpus } from "./expected.ts";
export { GpuDriver, type GpuDriverArgs } from "./GpuDriver.ts";
export { GpuGate, type GpuGateArgs } from "./GpuGate.ts";
export { GpuSupport, type GpuSupportArgs } from "./GpuSupport.ts";
export { type ExpectedGpus, type GpuVerdict, verifyGpus } from "./gate.ts";
export { parseNvidiaSmi, type SmiReport } from "./nvidiaSmi.ts";
export type {
  GpuDatabase,
  GpuDetection,
  GpuDevice,
  GpuModel,
  GpuProblem,
  GpuProblemKind,
  NodeView,
} from "./types.ts";
