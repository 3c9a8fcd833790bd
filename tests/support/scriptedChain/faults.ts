/** What goes wrong at this node; set and unset at any time. Everything is off at the start. */
export interface Faults {
  /** Cut every connection before reading a request. */
  refuseConnections: boolean;
  /** `missing` answers the upgrade with 404, `silent` accepts subscriptions and never sends an event. */
  websocket: "working" | "missing" | "silent";
  /** Answer every request this much later, milliseconds. */
  delayMs: number;
  /** Report `catching_up: true`. */
  catchingUp: boolean;
  /** Report blocks as this much older than they are, seconds. */
  lagSeconds: number;
  /** Report another chain id than the one signatures are checked against. */
  reportedChainId: string | undefined;
  /** `v1`: be a node of v1.x, which serves no path of bme and does not state its generation. */
  generation: "v2" | "v1";
  /** `off`: keep no index of transactions, so that none can be looked up. */
  txIndex: "on" | "off";
  /** Keep accepted transactions in the mempool and never put them into a block. */
  neverInclude: boolean;
  /** Cut the connection of this many next broadcasts before the transaction is looked at. */
  loseBroadcasts: number;
  /** Accept this many next broadcasts and cut the connection instead of answering. */
  dropBroadcastAnswers: number;
  /** Accept broadcasts at once, answer this much later, milliseconds. */
  lateBroadcastAnswerMs: number;
  /** Let another signer of the same account be faster than this many next broadcasts. */
  sequenceRaces: number;
  /** Refuse every broadcast with this answer of `CheckTx`. */
  refuseBroadcasts: { readonly code: number; readonly codespace: string; readonly log: string } | undefined;
  /** Let the first message of this many next transactions fail in the block, however well it was simulated. */
  failExecutions: number;
  /** Fail every simulation with this text. */
  simulateError: string | undefined;
  /** Say of every simulation that it used so much gas. */
  simulatedGas: bigint | undefined;
  /** Answer these methods with an internal error, text by method name. */
  failMethods: Record<string, string>;
}

export function noFaults(): Faults {
  return {
    refuseConnections: false,
    websocket: "working",
    delayMs: 0,
    catchingUp: false,
    lagSeconds: 0,
    reportedChainId: undefined,
    generation: "v2",
    txIndex: "on",
    neverInclude: false,
    loseBroadcasts: 0,
    dropBroadcastAnswers: 0,
    lateBroadcastAnswerMs: 0,
    sequenceRaces: 0,
    refuseBroadcasts: undefined,
    failExecutions: 0,
    simulateError: undefined,
    simulatedGas: undefined,
    failMethods: {},
  };
}
