import type { Datastore } from "./binary.ts";
import { UpgradeRefused, VersionUnknown } from "./errors.ts";

/** A release of K3s, `v1.34.3+k3s1`, in numbers. */
interface Release {
  readonly minor: number;
  readonly patch: number;
  readonly revision: number;
}

/** Minor version from which K3s carries etcd 3.6 (release notes of v1.34.1+k3s1). */
const FIRST_ETCD_36 = 34;

/** Last patch of 1.33 whose etcd 3.5 must not be moved to 3.6 (etcd.io/blog/2025/upgrade_from_3.5_to_3.6_issue_followup). */
const LAST_UNSAFE_133 = 6;

/** @throws VersionUnknown */
export function parseVersion(version: string): Release {
  const match = /^v1\.(\d+)\.(\d+)\+k3s(\d+)$/.exec(version);
  if (match === null) {
    throw new VersionUnknown(
      `\`${version}\` is not a release of K3s. Write it as its project does, for example v1.34.3+k3s1.`,
    );
  }
  return { minor: Number(match[1]), patch: Number(match[2]), revision: Number(match[3]) };
}

/** Orders two releases; negative when the first is older. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [parseVersion(left), parseVersion(right)];
  return a.minor - b.minor || a.patch - b.patch || a.revision - b.revision;
}

/** What `k3s --version` says; undefined when it is no K3s. */
export function versionIn(output: string): string | undefined {
  return /^k3s version (v\d+\.\d+\.\d+\+k3s\d+)\b/m.exec(output)?.[1];
}

/**
 * Whether a running release may be changed into another one.
 *
 * @param datastore of the cluster; absent for an agent
 * @throws UpgradeRefused when it is older, skips a minor version, or would carry an unsafe etcd along
 */
export function checkUpgrade(node: string, from: string, to: string, datastore?: Datastore): void {
  if (compareVersions(to, from) < 0) {
    throw new UpgradeRefused(
      `${node} runs K3s ${from}, and ${to} is older: K3s cannot go back. Declare ${from} or newer, or restore a snapshot that was taken with ${to}.`,
    );
  }
  const [old, next] = [parseVersion(from), parseVersion(to)];
  if (next.minor - old.minor > 1) {
    throw new UpgradeRefused(
      `${node} runs K3s ${from}, and ${to} is ${next.minor - old.minor} minor versions ahead: they are taken one at a time. Declare a release of v1.${old.minor + 1} first.`,
    );
  }
  const unsafe = old.minor < FIRST_ETCD_36 && next.minor >= FIRST_ETCD_36 && old.patch <= LAST_UNSAFE_133;
  if (datastore === "etcd" && unsafe) {
    throw new UpgradeRefused(
      `${node} runs K3s ${from}, whose etcd 3.5 may lose members when it becomes the 3.6 of ${to}. Declare v1.${old.minor}.${LAST_UNSAFE_133 + 1}+k3s1 first.`,
    );
  }
}
