import { readContents } from "../../components/wallet/keyring/contents.ts";
import { openWallet } from "../../components/wallet/openWallet.ts";
import type { Wallet } from "../../components/wallet/types.ts";
import { NotKnown, type SiteUnderCheck } from "../types.ts";
import { type ChainView, observeChain } from "./chain.ts";
import { type ClusterView, observeCluster } from "./cluster.ts";
import { doctorFile, type History, openHistory } from "./history.ts";
import { type HostReader, localHost } from "./hosts.ts";
import { machine } from "./machines.ts";
import { once } from "./once.ts";
import { observeReach, type ReachOptions, type ReachView } from "./reach.ts";

export interface ObserveOptions {
  /** Longest time for one request in milliseconds. Default: 7000. */
  readonly timeoutMs?: number;
  readonly reach?: ReachOptions;
  /** Machines that are looked at. Default: those of `nodes`, else this one. */
  readonly hosts?: readonly HostReader[];
  /** Where readings of earlier runs are kept. Default: the state folder. */
  readonly history?: History;
  /** The present, for tests. */
  readonly now?: () => Date;
}

/** A site as checks see it: every part is read at most once, when the first check asks for it. */
export interface Observed extends SiteUnderCheck {
  readonly chain: ChainView;
  readonly cluster: ClusterView;
  readonly reach: ReachView;
  readonly hosts: readonly HostReader[];
  readonly history: History;
  readonly now: () => Date;
  /** The declared wallet; undefined where it would have to be asked for on the terminal. */
  wallet(): Promise<Wallet | undefined>;
  /** The wallet's address, from the keyring in the cluster where the wallet cannot be opened here. */
  owner(): Promise<string>;
}

/** Secret of the provider's keyring and the name of the key in it. */
export const KEYRING = { secret: "akash-provider-keyring", key: "provider" } as const;

export function observe(under: SiteUnderCheck, options: ObserveOptions = {}): Observed {
  const { timeoutMs = 7000, now = () => new Date(), reach = {} } = options;
  const { site } = under;
  const cluster = observeCluster(site, timeoutMs, now);
  const wallet = once(async () => ("prompt" in site.wallet ? undefined : openWallet(site.wallet)));
  return {
    name: under.name,
    site,
    embedded: under.embedded,
    chain: observeChain(site.network, timeoutMs),
    cluster,
    reach: observeReach(site, cluster, reach, timeoutMs),
    hosts: (options.hosts ?? machinesOf(under)).map((host) => ({ ...host, read: once(host.read) })),
    history: options.history ?? openHistory(doctorFile(under.name, "readings")),
    now,
    wallet,
    owner: once(async () => {
      const opened = await wallet().catch(() => undefined);
      return opened?.address ?? ownerOfKeyring(cluster);
    }),
  };
}

/** The declared machines; of a site on somebody's cluster, the machine that this runs on. */
function machinesOf({ site: { nodes } }: SiteUnderCheck): readonly HostReader[] {
  return nodes === undefined ? [localHost()] : nodes.map(machine);
}

async function ownerOfKeyring(cluster: ClusterView): Promise<string> {
  const secret = await cluster.secret(KEYRING.secret).catch(() => undefined);
  if (secret === undefined) throw new NotKnown("wallet");
  const { address } = await readContents(KEYRING.key, secret.data);
  if (!address.startsWith("akash1")) throw new NotKnown("keyring");
  return address;
}
