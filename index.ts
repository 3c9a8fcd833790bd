import * as pulumi from "@pulumi/pulumi";
import {
  explained,
  observeSite,
  ProviderSite,
  parseSiteConfig,
  siteOutputs,
} from "./components/site/index.ts";

const args = await explained(async () => {
  const declared = new pulumi.Config("akash").requireObject("site");
  const config = parseSiteConfig(declared, `Pulumi.${pulumi.getStack()}.yaml`);
  return { config, observed: await observeSite(config) };
});
const provider = new ProviderSite(args.config.name, args);

export const {
  site,
  owner,
  hostUri,
  network,
  registration,
  certificate,
  dns,
  gpu,
  nodes,
  isolation,
  endpoints,
  kubeconfig,
  balance,
} = siteOutputs(provider, args);
