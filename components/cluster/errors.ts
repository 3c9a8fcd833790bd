/** Any failure to reach or use a cluster. */
export class ClusterError extends Error {
  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}

export class KubeconfigMissing extends ClusterError {
  constructor(path: string) {
    super(
      `There is no readable kubeconfig at ${path}. Name an existing file in \`cluster.kubeconfig\`, or let the site install its own cluster with \`nodes\`.`,
    );
  }
}

export class KubeconfigInvalid extends ClusterError {
  /** @param problem never quotes the file: it holds credentials */
  constructor(source: string, problem: string) {
    super(`The kubeconfig ${source} can't be used: ${problem}. Check it with \`kubectl config view\`.`);
  }
}

/** The credential plugin that a kubeconfig names (`exec`) did not give a credential. */
export class ClusterCredentialFailed extends ClusterError {
  constructor(command: string, problem: string) {
    super(
      `The credential plugin \`${command}\` of the kubeconfig failed: ${problem}. Log in with the tool of your cluster's provider, then try again.`,
    );
  }
}

export class ClusterUnreachable extends ClusterError {
  constructor(server: string, problem: string) {
    super(
      `The API server ${server} can't be reached: ${problem}. Check that the cluster is running and that this machine may connect to it.`,
    );
  }
}

/** 401 and 403. */
export class ClusterForbidden extends ClusterError {
  constructor(server: string, action: string, status: number) {
    super(
      status === 401
        ? `The API server ${server} does not accept the kubeconfig's credentials (${action}). They may have expired: fetch a fresh kubeconfig.`
        : `The kubeconfig's user may not ${action} on ${server}. Use an administrator's kubeconfig, or grant that verb.`,
    );
  }
}

export class NamespaceMissing extends ClusterError {
  constructor(server: string, namespace: string) {
    super(
      `The namespace ${namespace} does not exist on ${server}. It is made by the site's own components: let this resource depend on it, or run \`up\` for the whole site.`,
    );
  }
}

/** Any other answer that is not a success. */
export class ClusterRejected extends ClusterError {
  readonly status: number;
  constructor(server: string, action: string, status: number, message: string) {
    super(`The API server ${server} answered ${status} to ${action}: ${message}`);
    this.status = status;
  }
}
