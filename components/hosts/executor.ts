/** What a command on a machine left behind. */
export interface Ended {
  /** Exit code; undefined where a signal ended it. */
  readonly code: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
}

export interface ExecuteOptions {
  /** What is going on, for error texts. */
  readonly step: string;
  readonly timeoutSeconds: number;
  /** Given each line on standard error. */
  readonly onLine: (line: string) => void;
}

/** Runs commands on one machine: over SSH or right here. */
export interface Executor {
  /** The machine, for texts. */
  readonly name: string;
  /** Whether commands run as root already. */
  readonly root: boolean;
  /** Name of the variable that holds the password for `sudo`. */
  readonly passwordEnv: string | undefined;
  /**
   * @param stdin parts of what the command finds on its standard input
   * @throws HostDisconnected, HostTimedOut
   */
  execute(command: string, stdin: readonly (string | Uint8Array)[], options: ExecuteOptions): Promise<Ended>;
}

/** Splits a stream into lines; what follows the last line feed is kept until `end`. */
export function lineReader(onLine: (line: string) => void) {
  let rest = "";
  const decoder = new TextDecoder();
  return {
    push(chunk: Uint8Array): void {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) onLine(line);
    },
    end(): void {
      if (rest !== "") onLine(rest);
      rest = "";
    },
  };
}
