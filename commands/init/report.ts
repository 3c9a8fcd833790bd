import Table from "cli-table3";
import pc from "picocolors";
import type { SiteConfig } from "../../components/site/config.ts";
import { type Forward, forwardsOf, type Reach } from "./reach.ts";

const PORTS = "80, 443, 8443, 8444 and 30000-32767";

/** A wallet that was just made. */
export interface NewWallet {
  /** Where its words are. */
  readonly file: string;
  readonly address: string;
}

/** What is said when the file is written. */
export function describeResult(
  stack: string,
  file: string,
  site: SiteConfig,
  reach: Reach,
  newWallet?: NewWallet,
): string {
  const lines = [`${pc.green("Written")}: ${file}`, "", ...reachLines(reach), "", pc.bold("Next")];
  lines.push(...nextSteps(stack, site, newWallet).map((step, index) => `${index + 1}. ${step}`));
  return `${lines.join("\n")}\n`;
}

function reachLines(reach: Reach): string[] {
  switch (reach.kind) {
    case "direct":
      return [`Tenants reach the site at ${reach.address}. Open the ports ${PORTS} there.`];
    case "declared":
      return [`Tenants reach the site at ${reach.address}. Lead the ports ${PORTS} from there to it.`];
    case "forwarded":
      return [
        `The public address ${reach.address} is on your router. Set these forwards there, and let it give this machine ${reach.lanAddress} always:`,
        forwardTable(forwardsOf(reach)),
        ...(reach.warning === undefined ? [] : [pc.yellow(reach.warning)]),
      ];
    case "unknown":
      return [pc.yellow(`Whether tenants can reach the site could not be found out. ${reach.reason}`)];
  }
}

function forwardTable(forwards: readonly Forward[]): string {
  const table = new Table({
    head: ["Router port", "Protocol", "To", "For"],
    style: { head: [], border: [] },
  });
  for (const { port, protocol, to, purpose } of forwards) table.push([port, protocol, to, purpose]);
  return table.toString();
}

function nextSteps(stack: string, site: SiteConfig, newWallet?: NewWallet): string[] {
  const steps = [`Read ${pc.bold(`Pulumi.${stack}.yaml`)}; set prices and attributes as you like.`];
  if (newWallet !== undefined) {
    steps.push(
      `Send at least ${site.funding.minBalance} AKT to the new wallet, ${pc.bold(newWallet.address)}. Its words are in ${newWallet.file} and on your paper, nowhere else.`,
    );
  } else if ("mnemonicEnv" in site.wallet) {
    steps.push(
      `Put the wallet's words into the variable ${site.wallet.mnemonicEnv}: read -rs ${site.wallet.mnemonicEnv} && export ${site.wallet.mnemonicEnv}`,
    );
  } else if ("mnemonicFile" in site.wallet) {
    steps.push(`Put the wallet's words into ${site.wallet.mnemonicFile}, readable by you alone (chmod 600).`);
  }
  if (site.dns.provider === "cloudflare") {
    steps.push(
      `Put a Cloudflare API token that may edit ${site.dns.zone} into the variable ${site.dns.tokenEnv}.`,
    );
  }
  steps.push(`${pc.bold(`npm run up -- -s ${stack}`)} shows what it will do and asks once.`);
  return steps;
}
