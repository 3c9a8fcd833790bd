export { parseSiteConfig, type SiteConfig, SiteConfigError, type SiteDeclaration } from "./config.ts";
