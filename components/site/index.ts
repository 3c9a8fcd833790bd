export { siteAttributes } from "./attributes.ts";
export { parseSiteConfig, type SiteConfig, SiteConfigError, type SiteDeclaration } from "./config.ts";
export { explained } from "./explained.ts";
export { type ObservedSite, observeSite } from "./observe.ts";
export { siteOutputs } from "./outputs.ts";
export { ProviderSite, type ProviderSiteArgs } from "./ProviderSite.ts";
export { POLICY_NAMES, type PolicyName } from "./policyNames.ts";
export { SiteNotBuildable } from "./publicAddress.ts";
export { managedVersions, siteVersions } from "./versions.ts";
