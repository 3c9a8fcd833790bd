export { observedVersions } from "./observed.ts";
export {
  describeVersionPlan,
  type LeaseEffect,
  type VersionChange,
  type VersionedPart,
  type VersionPlan,
  versionPlan,
} from "./plan.ts";
export {
  DEFAULT_VERSION_SET,
  VERSION_SETS,
  type VersionSet,
  VersionSetUnknown,
  type Versions,
  versionSet,
} from "./sets.ts";
