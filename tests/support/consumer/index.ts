// A program as somebody writes it who has installed the package; Pulumi.yaml beside it makes it a project.
import * as pulumi from "@pulumi/pulumi";
import { observeSite, ProviderSite, parseSiteConfig, siteOutputs } from "pulumi-akash";

const config = parseSiteConfig(new pulumi.Config("akash").requireObject("site"));
const observed = await observeSite(config);
const provider = new ProviderSite(config.name, { config, observed });
export const { owner, hostUri, registration, certificate } = siteOutputs(provider, { config, observed });
