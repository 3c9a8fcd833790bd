import { isDeepStrictEqual } from "node:util";
import type { ClusterAccess } from "../cluster/index.ts";
import { openCluster } from "../cluster/index.ts";
import type { Implementation } from "../dynamic/index.ts";
import { requireNoLeases } from "./leases.ts";

interface State {
  readonly cluster: ClusterAccess;
}

/** A guard that can only be deleted where no leases run, or where they may end. */
export function handler(): Implementation {
  return {
    check: async (_olds: unknown, { cluster }: State) => ({ inputs: { cluster } }),
    diff: async (_id: string, olds: State, news: State) => ({
      changes: !isDeepStrictEqual(olds.cluster, news.cluster),
    }),
    create: async ({ cluster }: State) => ({ id: "guard", outs: { cluster } }),
    read: async (id: string, { cluster }: State) => ({ id, props: { cluster }, inputs: { cluster } }),
    update: async (_id: string, _olds: State, { cluster }: State) => ({ outs: { cluster } }),
    delete: async (_id: string, { cluster }: State) =>
      requireNoLeases("The site", () => openCluster(cluster)),
  };
}
