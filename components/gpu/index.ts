export { gpuAttributes, gpuAuditAttributes } from "./attributes.ts";
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
export { GpuSupport, type GpuSupportArgs } from "./GpuSupport.ts";
export type {
  GpuDatabase,
  GpuDetection,
  GpuDevice,
  GpuModel,
  GpuProblem,
  GpuProblemKind,
  NodeView,
} from "./types.ts";
