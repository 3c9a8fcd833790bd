import { openChain } from "../components/chain/client.ts";
import type { ChainError } from "../components/chain/errors.ts";
import { parseGasPrice } from "../components/chain/fees.ts";
import {
  describeFunding,
  type FundingPlan,
  fundingPlan,
  leastBidDeposit,
  waitForFunds,
} from "../components/chain/funding.ts";
import type { SiteConfig } from "../components/site/config.ts";
import type { Progress } from "../toolchain/index.ts";

/** A new provider's wallet does not hold what `funding.minBalance` asks for. Found before anything is signed. */
class WalletShort extends Error {
  override readonly name = "WalletShort";
}

const tooLittleToStart = "The wallet holds too little to register a provider and to bid";
const tooLittleToChange = "The wallet holds too little to pay for a change on chain";

/**
 * Lets a provider that is yet to be registered start with enough. Afterwards much of the money is in bids and
 * leases, so a registered one only has to pay the fees of what it sends; where it cannot, that is said, and the
 * run goes on: what it is to repair may cost nothing.
 *
 * @param wait wait for the money instead of refusing
 * @throws WalletShort with what it is for, and the address as text and as QR code
 */
export async function requireFunds(
  { network, funding }: Pick<SiteConfig, "network" | "funding">,
  owner: string,
  progress: Progress,
  wait: boolean,
): Promise<void> {
  const chain = await openChain(network, { websocket: true });
  const [record, balances] = await Promise.all([chain.provider(owner), chain.balances(owner)]);
  const { gasPrice } = chain.network;
  const plan =
    record === undefined
      ? planFunds(funding.minBalance, gasPrice, balances)
      : feeOf({ registered: true, gasPrice }, balances);
  if (plan.missing === 0n) return;
  const description = await describeFunding(plan, owner);
  const short = record === undefined ? tooLittleToStart : tooLittleToChange;
  if (!wait && record === undefined) {
    throw new WalletShort(
      `${short}; nothing was signed.\n\n${description}` +
        "Run the same command again then, or with --wait-for-funds beforehand.",
    );
  }
  progress.line(`${short}:\n\n${description}`);
  if (!wait) return;
  const step = progress.start("waiting for the funds");
  const onTrouble = ({ message }: ChainError) =>
    progress.line(`The chain cannot be asked just now, and is asked again until it can: ${message}`);
  await waitForFunds(chain, owner, { amount: plan.total, denom: plan.denom }, { onTrouble });
  step.done("the funds have arrived");
}

/** `minBalance` AKT, divided into what registering takes, as many deposits of bids as fit, and the reserve. */
export function planFunds(
  minBalance: number,
  gasPrice: string,
  balances: Readonly<Record<string, bigint>>,
): FundingPlan {
  const least = BigInt(Math.round(minBalance * 1_000_000));
  const fee = feeOf({ gasPrice }, {});
  const free = least > fee.total ? least - fee.total : 0n;
  // At least a deposit's worth stays as reserve: bids and leases cost fees too.
  const openBids = free > leastBidDeposit ? Number((free - leastBidDeposit) / leastBidDeposit) : 0;
  const reserve = free - BigInt(openBids) * leastBidDeposit;
  return fundingPlan({ gasPrice, openBids, reserve, available: balances[fee.denom] ?? 0n });
}

/** What one transaction takes. */
function feeOf(
  { gasPrice, registered = false }: { readonly gasPrice: string; readonly registered?: boolean },
  balances: Readonly<Record<string, bigint>>,
): FundingPlan {
  const { denom } = parseGasPrice(gasPrice);
  const available = balances[denom] ?? 0n;
  return fundingPlan({ gasPrice, registered, openBids: 0, reserve: 0n, available });
}
