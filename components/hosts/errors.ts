/** Any failure to reach or use a machine. */
export class HostError extends Error {
  /** The machine, as `user@host`. */
  readonly host: string;
  constructor(host: string, message: string) {
    super(message);
    this.name = new.target.name;
    this.host = host;
  }
}

export class HostUnreachable extends HostError {
  constructor(host: string, problem: string) {
    super(
      host,
      `${host} can't be reached over SSH: ${problem}. Check its address and port, that it is switched on, and that no firewall is in between.`,
    );
  }
}

/** The connection broke while something ran. Scripts can be run again at any point. */
export class HostDisconnected extends HostError {
  constructor(host: string, step: string) {
    super(
      host,
      `The connection to ${host} broke off while it was busy with: ${step}. Run the same command again: it goes on from there.`,
    );
  }
}

export class HostAuthRefused extends HostError {
  /** @param tried what was offered, for example `the agent's keys` */
  constructor(host: string, tried: readonly string[]) {
    const offered = tried.length > 0 ? tried.join(", ") : "nothing: there is no agent and no key";
    super(
      host,
      `${host} refused the login. Offered: ${offered}. Name the right \`user\` and \`keyFile\`, or copy your key there with \`ssh-copy-id\`.`,
    );
  }
}

/** A key file or a password that the declaration names is not there or can't be used. */
export class HostCredentialUnusable extends HostError {}

/** A key that a machine shows. */
export interface ShownKey {
  /** For example `ssh-ed25519`. */
  readonly type: string;
  /** `SHA256:…`. */
  readonly fingerprint: string;
  /** The line of a known-hosts file that pins it. */
  readonly line: string;
}

/** The machine was never seen before; its key has to be confirmed once. */
export class HostKeyUnknown extends HostError {
  /** `SHA256:…`. */
  readonly fingerprint: string;
  /** For example `ssh-ed25519`. */
  readonly keyType: string;
  /** What the known-hosts file is to hold of it. */
  readonly line: string;
  constructor(host: string, { type: keyType, fingerprint, line }: ShownKey) {
    super(
      host,
      `${host} is not known yet; it shows the ${keyType} key ${fingerprint}. Compare it with what \`ssh-keygen -lf /etc/ssh/ssh_host_*.pub\` prints on the machine, then add \`hostKey: ${fingerprint}\` to it in the site's file.`,
    );
    this.keyType = keyType;
    this.fingerprint = fingerprint;
    this.line = line;
  }
}

/** The machine shows another key than the pinned one: it was set up anew, or it is another machine. */
export class HostKeyChanged extends HostError {
  /** @param pinned where the expected key stands */
  constructor(host: string, shown: string, expected: string, pinned: string) {
    super(
      host,
      `${host} shows the key ${shown}, but ${expected} is pinned in ${pinned}. Somebody may be in between: nothing was sent. If the machine was set up anew, replace the pinned key.`,
    );
  }
}

export class SudoRefused extends HostError {
  constructor(host: string, problem: string) {
    super(
      host,
      `${host} lets the user log in but not act as root: ${problem}. Log in as root, allow the user \`sudo\` without a password, or name the variable with the password in \`passwordEnv\`.`,
    );
  }
}

/** A script on the machine ended with an error of its own. */
export class ScriptFailed extends HostError {
  readonly step: string;
  /** Its last lines on standard error. */
  readonly lines: readonly string[];
  constructor(host: string, step: string, ended: string, lines: readonly string[]) {
    const said = lines.length > 0 ? ` It said:\n${lines.map((line) => `  ${line}`).join("\n")}` : "";
    super(host, `${host}: ${step} failed (${ended}).${said}`);
    this.step = step;
    this.lines = lines;
  }
}

export class HostTimedOut extends HostError {
  constructor(host: string, step: string, seconds: number) {
    super(
      host,
      `${host}: ${step} did not end within ${seconds} s. Look at the machine's load and network, then run the same command again: it goes on from there.`,
    );
  }
}
