import { formatAmount } from "../../components/chain/coins.ts";
import { leastBidDeposit } from "../../components/chain/funding.ts";
import { sumOf } from "../../components/chain/market/index.ts";
import { readContents } from "../../components/wallet/keyring/contents.ts";
import type { Reading } from "../observe/history.ts";
import { KEYRING, type Observed } from "../observe/observed.ts";
import { type Check, failed, ok, skipped } from "../types.ts";

export const wallet: Check = {
  id: "wallet",
  title: "the declared wallet opens",
  area: "wallet",
  observes: [
    "wallet import through a GUI",
    "too many failed passphrase attempts",
    "unrecognized KDF argon2",
    "keyring bytes left over",
  ],
  async run(site) {
    const opened = await site.wallet();
    return opened === undefined
      ? skipped("its words are asked for on the terminal, and the doctor does not ask")
      : ok(opened.address);
  },
};

export const keyring: Check = {
  id: "keyring",
  title: "the provider's keyring holds the wallet's key",
  area: "wallet",
  observes: ["keyring bytes left over", "too many failed passphrase attempts"],
  needs: ["cluster"],
  after: ["wallet"],
  async run(site) {
    const remedy = "`npm run up` writes it; if it is another wallet's, back that key up first.";
    const secret = await site.cluster.secret(KEYRING.secret);
    if (secret === undefined) return failed(`there is no Secret ${KEYRING.secret}`, remedy);
    const { address } = await readContents(KEYRING.key, secret.data);
    if (!address.startsWith("akash1")) {
      return failed(`Secret ${KEYRING.secret}: the key \`${KEYRING.key}\` is ${address}`, remedy);
    }
    const declared = await site.wallet().catch(() => undefined);
    if (declared !== undefined && declared.address !== address) {
      return failed(`it holds the key of ${address}, and the declared wallet is ${declared.address}`, remedy);
    }
    return ok(address);
  },
};

/** What the wallet has and what of it is locked, in the denomination that fees are paid in. */
async function fundsOf(site: Observed) {
  const owner = await site.owner();
  const [balances, bids] = await Promise.all([site.chain.balances(owner), site.chain.openBids(owner)]);
  const { gasPrice } = site.chain.network();
  const denom = /[a-zA-Z].*$/.exec(gasPrice)?.[0] ?? "uakt";
  const locked = sumOf(bids.items.flatMap(({ deposit }) => deposit));
  return { owner, denom, balances, free: balances[denom] ?? 0n, locked, bids: bids.items.length };
}

export const balance: Check = {
  id: "balance",
  title: "the wallet holds its reserve",
  area: "wallet",
  observes: ["bids that stop for want of funds"],
  needs: ["generation"],
  after: ["keyring"],
  async run(site) {
    const { owner, denom, free, locked } = await fundsOf(site);
    const reserve = BigInt(Math.round(site.site.funding.minBalance * 1_000_000));
    const held = free + (locked[denom] ?? 0n);
    const text = `${formatAmount(free, denom)} free, ${formatAmount(locked[denom] ?? 0n, denom)} in bids`;
    if (held < reserve) {
      const missing = formatAmount(reserve - held, denom);
      return failed(
        `${text}; \`funding.minBalance\` is ${formatAmount(reserve, denom)}`,
        `Send at least ${missing} to ${owner}.`,
      );
    }
    return ok(text);
  },
};

/** Less than this many days of money is a warning. */
const LEAST_DAYS = 7;
const DAY_MS = 86_400_000;

export const deposits: Check = {
  id: "deposits",
  title: "deposits and fees leave money for a week of bids",
  area: "wallet",
  observes: ["deposits that lock all funds"],
  severity: "warning",
  needs: ["generation"],
  after: ["keyring", "balance"],
  async run(site) {
    const { owner, denom, free, locked, bids } = await fundsOf(site);
    const inBids = Object.entries(locked).map(([name, amount]) => formatAmount(amount, name));
    const text = `${bids} open ${bids === 1 ? "bid" : "bids"} lock ${inBids.join(" and ") || "nothing"}`;
    if (bids > 0 && free < leastBidDeposit) {
      return failed(
        `${text}; ${formatAmount(free, denom)} is left, less than one more deposit`,
        `Send money to ${owner}, or wait for bids to close.`,
      );
    }
    const held = free + (locked[denom] ?? 0n);
    const rate = spendRate(await site.history.readings(), { owner, held, now: site.now() });
    if (rate === undefined) return ok(`${text}; the spend rate is known after a day of readings`);
    const spent = `${formatAmount((rate.perDay / 10_000n) * 10_000n, denom)} a day`;
    const days = rate.perDay > 0n ? Number(held / rate.perDay) : Number.POSITIVE_INFINITY;
    if (days < LEAST_DAYS) {
      return failed(
        `${text}; at ${spent} the rest lasts ${days} ${days === 1 ? "day" : "days"}`,
        `Send money to ${owner}.`,
      );
    }
    return ok(`${text}; ${rate.perDay > 0n ? `spends ${spent}` : "spends nothing"}`);
  },
};

/**
 * What a wallet loses in a day, from readings at least a day apart; money that comes in makes it negative.
 * Undefined where there is no reading that old.
 */
export function spendRate(
  readings: readonly Reading[],
  present: { readonly owner: string; readonly held: bigint; readonly now: Date },
): { readonly perDay: bigint } | undefined {
  const age = ({ at }: Reading) => present.now.getTime() - Date.parse(at);
  const old = readings.find((reading) => reading.owner === present.owner && age(reading) >= DAY_MS);
  if (old === undefined) return undefined;
  const lost = BigInt(old.funds) - present.held;
  return { perDay: (lost * BigInt(DAY_MS)) / BigInt(age(old)) };
}

export const foreignTransactions: Check = {
  id: "foreign-transactions",
  title: "nobody signs with the wallet while the provider is stopped",
  area: "wallet",
  observes: ["bids from a wallet used elsewhere"],
  needs: ["generation"],
  after: ["keyring", "second-signer"],
  async run(site) {
    const owner = await site.owner();
    const [sequence, provider, readings] = await Promise.all([
      site.chain.sequence(owner),
      site.cluster.provider().catch(() => undefined),
      site.history.readings(),
    ]);
    const last = readings.findLast(
      (reading) => reading.owner === owner && reading.chainId === site.chain.network().chainId,
    );
    const runs = (provider?.status?.readyReplicas ?? 0) > 0;
    if (runs || last?.providerRan === true) {
      return ok(
        `${sequence} transactions so far; the running provider signs itself, so they may all be its own`,
      );
    }
    if (last === undefined) return ok(`${sequence} transactions so far; the next run compares`);
    if (sequence === last.sequence) return ok(`${sequence} transactions, none since ${last.at}`);
    return failed(
      `${sequence - last.sequence} transactions since ${last.at}, and this site's provider did not run`,
      "If they are not of an `up` of yours, somebody else uses this wallet: find that provider and stop it, or move to a new wallet.",
      { severity: "warning" },
    );
  },
};

/** Notes what later runs compare with. */
export async function takeReading(site: Observed): Promise<void> {
  const { owner, denom, free, locked } = await fundsOf(site);
  const [sequence, provider] = await Promise.all([site.chain.sequence(owner), site.cluster.provider()]);
  await site.history.add({
    at: site.now().toISOString(),
    chainId: site.chain.network().chainId,
    owner,
    sequence,
    providerRan: (provider?.status?.readyReplicas ?? 0) > 0,
    funds: String(free + (locked[denom] ?? 0n)),
  });
}
