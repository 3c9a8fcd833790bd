import type { Rule } from "../types.ts";
import { attributesAsDetected } from "./attributesAsDetected.ts";
import { auditorsChecklist } from "./auditorsChecklist.ts";
import { contractPorts } from "./contractPorts.ts";
import { hostUriAndCertificate } from "./hostUriAndCertificate.ts";
import { monitorRetries } from "./monitorRetries.ts";
import { networkPolicies } from "./networkPolicies.ts";
import { noClusterAdmin } from "./noClusterAdmin.ts";
import { noHostAccess } from "./noHostAccess.ts";
import { oneProvider } from "./oneProvider.ts";
import { pinnedImages } from "./pinnedImages.ts";
import { resourceLimits } from "./resourceLimits.ts";
import { storageClassLabel } from "./storageClassLabel.ts";
import { versionLockstep } from "./versionLockstep.ts";

/** All rules, by name. */
export const RULES: readonly Rule[] = [
  attributesAsDetected,
  auditorsChecklist,
  contractPorts,
  hostUriAndCertificate,
  monitorRetries,
  networkPolicies,
  noClusterAdmin,
  noHostAccess,
  oneProvider,
  pinnedImages,
  resourceLimits,
  storageClassLabel,
  versionLockstep,
];
