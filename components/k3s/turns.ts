import { UpgradeRefused } from "./errors.ts";

/** What goes on in one cluster; the nodes of a run share this process. */
interface Turns {
  last: Promise<unknown>;
  /** The node at which an upgrade failed. */
  failed: string | undefined;
}

const clusters = new Map<string, Turns>();

/**
 * Changes the nodes of a cluster one at a time, in the order in which they come. After one whose upgrade failed no
 * other one is upgraded until that one is mended.
 *
 * @throws UpgradeRefused
 */
export async function inTurn<T>(
  site: string,
  node: string,
  isUpgrade: boolean,
  act: () => Promise<T>,
): Promise<T> {
  const turns = clusters.get(site) ?? { last: Promise.resolve(), failed: undefined };
  clusters.set(site, turns);
  const mine = turns.last.then(async () => {
    if (isUpgrade && turns.failed !== undefined && turns.failed !== node) {
      throw new UpgradeRefused(
        `${node} was left as it is, since the upgrade of ${turns.failed} failed before it. Mend ${turns.failed}, then run the same command again.`,
      );
    }
    try {
      const result = await act();
      if (turns.failed === node) turns.failed = undefined;
      return result;
    } catch (error) {
      if (isUpgrade) turns.failed ??= node;
      throw error;
    }
  });
  turns.last = mine.catch(() => {});
  return mine;
}
