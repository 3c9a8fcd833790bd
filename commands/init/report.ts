import type { SiteConfig } from "../../components/site/config.ts";
import { bareTable } from "../../doctor/bareTable.ts";
import { out as pc } from "../../doctor/colours.ts";
import { wrapped } from "../../doctor/text.ts";
import { type Forward, forwardsOf, type Reach } from "./reach.ts";

const PORTS = "80, 443, 8443, 8444 and 30000-32767";

/** A wallet that was just made. */
export interface NewWallet {
  /** Where its words are. */
  readonly file: string;
  readonly address: string;
}

/** What is said when the file is written; 80 columns, but for commands to copy and the file's own path. */
export function describeResult(
  stack: string,
  file: string,
  site: SiteConfig,
  reach: Reach,
  newWallet?: NewWallet,
): string {
  const lines = [`${pc.green("Written")}: ${file}`, "", ...reachLines(reach), "", pc.bold("Next")];
  for (const [index, { step, command }] of nextSteps(stack, site, newWallet).entries()) {
    lines.push(`${index + 1}. ${wrapped(step, "   ").trimStart()}`);
    if (command !== undefined) lines.push(`   ${command}`);
  }
  return `${lines.join("\n")}\n`;
}

function reachLines(reach: Reach): string[] {
  switch (reach.kind) {
    case "direct":
      return [wrapped(`Tenants reach the site at ${reach.address}. Open the ports ${PORTS} there.`, "")];
    case "declared":
      return [
        wrapped(`Tenants reach the site at ${reach.address}. Lead the ports ${PORTS} from there to it.`, ""),
      ];
    case "forwarded":
      return [
        wrapped(
          `The public address ${reach.address} is on your router. Set these forwards there, and let it give this machine ${reach.lanAddress} always:`,
          "",
        ),
        "",
        forwardTable(forwardsOf(reach)),
        ...(reach.warning === undefined ? [] : ["", pc.yellow(wrapped(reach.warning, ""))]),
      ];
    case "unknown":
      return [
        pc.yellow(wrapped(`Whether tenants can reach the site could not be found out. ${reach.reason}`, "")),
      ];
  }
}

/** Of the longest address and port, 27 characters, and the longest purpose; 80 together. */
const WIDTHS = [13, 10, 29, 28];

function forwardTable(forwards: readonly Forward[]): string {
  const head = ["Router port", "Protocol", "To", "For"].map((text) => pc.bold(text));
  const rows = forwards.map(({ port, protocol, to, purpose }) => [port, protocol, to, purpose]);
  return bareTable([head, ...rows], { widths: WIDTHS, gap: 2, wrap: false });
}

interface NextStep {
  readonly step: string;
  /** To copy, so in one line. */
  readonly command?: string;
}

function nextSteps(stack: string, site: SiteConfig, newWallet?: NewWallet): NextStep[] {
  const steps: NextStep[] = [
    { step: `Read ${pc.bold(`Pulumi.${stack}.yaml`)}; set prices and attributes as you like.` },
  ];
  if (newWallet !== undefined) {
    steps.push({
      step: `Send at least ${site.funding.minBalance} AKT to the new wallet, ${pc.bold(newWallet.address)}. Its words are in ${newWallet.file} and on your paper, nowhere else.`,
    });
  } else if ("mnemonicEnv" in site.wallet) {
    const { mnemonicEnv } = site.wallet;
    steps.push({
      step: `Put the wallet's words into the variable ${mnemonicEnv}:`,
      command: `read -rs ${mnemonicEnv} && export ${mnemonicEnv}`,
    });
  } else if ("mnemonicFile" in site.wallet) {
    steps.push({
      step: `Put the wallet's words into ${site.wallet.mnemonicFile}, readable by you alone (chmod 600).`,
    });
  }
  if (site.dns.provider === "cloudflare") {
    const { zone, tokenEnv, dynamic } = site.dns;
    const uses = dynamic ? "certificates and for an address that changes" : "certificates";
    steps.push({
      step: `Put a Cloudflare API token that may edit ${zone} into the variable ${tokenEnv}. The cluster keeps it too, for ${uses}: allow it DNS.Edit and Zone.Read on this zone alone.`,
    });
  }
  steps.push({ step: `${pc.bold(`npm run up -- -s ${stack}`)} shows what it will do and asks once.` });
  return steps;
}
