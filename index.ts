import * as pulumi from "@pulumi/pulumi";
import { observeSite, ProviderSite, parseSiteConfig, siteOutputs } from "./components/site/index.ts";

const config = parseSiteConfig(
  new pulumi.Config("akash").requireObject("site"),
  `Pulumi.${pulumi.getStack()}.yaml`,
);
const observed = await observeSite(config);
const provider = new ProviderSite(config.name, { config, observed });

export const {
  site,
  owner,
  hostUri,
  network,
  registration,
  certificate,
  dns,
  gpu,
  endpoints,
  kubeconfig,
  balance,
} = siteOutputs(provider, { config, observed });
