// Mistakes that the published types have to catch: a line that is not refused fails the compilation.
import {
  type ObservedSite,
  ProviderSite,
  parseSiteConfig,
  type SiteConfig,
  type WalletSource,
} from "pulumi-akash";

declare const config: SiteConfig;
declare const observed: Omit<ObservedSite, "chain">;

// @ts-expect-error a name is no number
export const name: number = parseSiteConfig({}).name;
// @ts-expect-error the chain was not observed
export const site = new ProviderSite("garage", { config, observed });
// @ts-expect-error the words themselves are no source
export const wallet: WalletSource = { mnemonic: "abandon" };
