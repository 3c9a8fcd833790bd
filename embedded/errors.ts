/** Any failure of the embedded cluster or chain. */
export class EmbeddedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}

/** A program ended by itself, or a service did not become healthy in time. */
export class ServiceFailed extends EmbeddedError {
  /** Last lines of the program's log. */
  readonly logTail: string;

  /**
   * @param problem a clause, for example `etcd ended right after its start`
   * @param log path of the log file to look at
   */
  constructor(service: string, problem: string, log: string, logTail: string) {
    super(
      `The ${service} does not run: ${problem}. Its log is ${log}; run the command again to restart it, or \`npm run down\` to start from nothing.${logTail && `\n${indent(logTail)}`}`,
    );
    this.logTail = logTail;
  }
}

/** A program that prepares a service failed. */
export class SetupFailed extends EmbeddedError {
  constructor(service: string, step: string, output: string) {
    super(
      `The ${service} could not be set up: \`${step}\` failed. Check that the disk has space, then run the command again.${output && `\n${indent(output)}`}`,
    );
  }
}

/** The wallet that the chain's genesis block funds is gone. */
export class WalletLost extends EmbeddedError {
  constructor(file: string) {
    super(
      `The throwaway wallet of the embedded chain is missing: ${file}. The chain's coins belong to it, so start a new chain: \`npm run down\`, then \`npm run up\`.`,
    );
  }
}

function indent(text: string): string {
  return text.replace(/^/gm, "  ");
}
