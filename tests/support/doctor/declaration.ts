import type { SiteDeclaration } from "../../../components/site/config.ts";

export const DOMAIN = "site.akash-doctor.net";
/** Of the net for documentation; the doctor is told to connect to this machine instead. */
export const ADDRESS = "203.0.113.20";

/** Where a test's site has its chain, its wallet and its cluster. */
export interface SitePlace extends Pick<SiteDeclaration, "network" | "wallet"> {
  readonly kubeconfig: string;
}

/** The site that the doctor is tried on. */
export function siteDeclaration({ network, wallet, kubeconfig }: SitePlace): SiteDeclaration {
  return {
    name: "garage",
    domain: DOMAIN,
    network,
    wallet,
    cluster: { kubeconfig },
    address: ADDRESS,
    dns: { provider: "manual" },
    contact: { email: `ops@${DOMAIN}` },
    tls: { issuer: "self-signed" },
    ingress: { mode: "classic", controller: "none" },
    gpu: { operator: "none" },
    attributes: { host: "akash", tier: "community", organization: "garage", "location-region": "us-west" },
    storage: {
      classes: [{ name: "beta3", provisioner: "rancher.io/local-path" }],
      providerVolume: { storageClass: "local-path" },
    },
    pricing: { gpu: { rtx5090: 120 } },
  };
}
