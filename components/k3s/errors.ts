/** Any failure to set up, change or remove a node of the cluster. */
export class K3sError extends Error {
  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}

/** The declared roles cannot make a cluster. */
export class RolesImpossible extends K3sError {}

/** An option of the cluster cannot be. */
export class OptionInvalid extends K3sError {}

/** A version that is not written as K3s writes it, or that is not pinned. */
export class VersionUnknown extends K3sError {}

/** An upgrade that would skip a minor version, go back, or is known to break etcd. */
export class UpgradeRefused extends K3sError {}

/** The program for a machine could not be had. */
export class BinaryMissing extends K3sError {}

/** No server of the cluster answers. */
export class NoServerAnswers extends K3sError {
  /** @param tried what was tried, and why each failed */
  constructor(tried: readonly string[]) {
    super(
      `No server of the cluster answers: ${tried.join("; ")}. Start one of them, then run the same command again.`,
    );
  }
}

/** A node was set up and did not become ready. */
export class NodeNotReady extends K3sError {}

/** The machine holds another K3s than the declared one. */
export class MachineTaken extends K3sError {}

/** Taking a node away would end leases, the cluster's majority or the cluster itself. */
export class RemovalRefused extends K3sError {}

/** Pods that cannot be moved away from a node. */
export class DrainBlocked extends K3sError {}

/** A snapshot could not be made, read or restored. */
export class SnapshotFailed extends K3sError {}
