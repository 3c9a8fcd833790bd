export { type AlertChannels, type AlertResult, sendAlerts } from "./alerts/index.ts";
export { checks } from "./checks/index.ts";
export { type DoctorOptions, NoSuchCheck, runDoctor } from "./doctor.ts";
export { type FixOptions, fixFindings } from "./fix.ts";
export { type HostFindings, type HostReader, localHost } from "./observe/hosts.ts";
export type { ReachOptions } from "./observe/reach.ts";
export { describeChecks, describeReport } from "./report.ts";
export { describeStatus } from "./status/describe.ts";
export { type SiteStatus, siteStatus } from "./status/status.ts";
export type {
  Area,
  Check,
  CheckReport,
  DoctorReport,
  Finding,
  Fix,
  Severity,
  SiteUnderCheck,
} from "./types.ts";
