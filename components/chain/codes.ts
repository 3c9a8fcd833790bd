/** An error of the chain's application, as modules register it. */
export interface ChainCode {
  readonly codespace: string;
  readonly code: number;
  /** The registered description; it ends the log of every error that wraps it. */
  readonly text: string;
  /** What the person who meets it does next. */
  readonly remedy: string;
}

const again = "Run the same command again.";

/**
 * Codes as the modules register them: `x/provider` and `x/cert` of Akash, `types/errors` of the Cosmos SDK;
 * the same in all generations.
 */
const codes: readonly ChainCode[] = [
  {
    codespace: "provider",
    code: 1,
    text: "invalid provider: invalid host uri",
    remedy: "Use `https://provider.<domain>:8443`, without a path.",
  },
  {
    codespace: "provider",
    code: 2,
    text: "invalid provider: not absolute host uri",
    remedy: "Use `https://provider.<domain>:8443`, without a path.",
  },
  {
    codespace: "provider",
    code: 3,
    text: "invalid provider: address not found",
    remedy: "The wallet has no provider record here: check wallet and network, then run `up` again.",
  },
  {
    codespace: "provider",
    code: 4,
    text: "invalid provider: already exists",
    remedy: "It was registered meanwhile: run `up` again, which adopts and updates the record.",
  },
  {
    codespace: "provider",
    code: 6,
    text: "attribute specification error",
    remedy: "Keys must be unique and match `^[a-zA-Z][\\w/.\\-]{1,126}$`.",
  },
  {
    codespace: "provider",
    code: 7,
    text: "attributes cannot be changed",
    remedy: "Keep the attributes that running leases require until those leases end.",
  },
  {
    codespace: "provider",
    code: 8,
    text: "invalid provider: invalid info website",
    remedy: "Use a full URL such as `https://example.com`.",
  },
  {
    codespace: "akash",
    code: 1,
    text: "attributes cannot have duplicate keys",
    remedy: "Name each attribute once.",
  },
  {
    codespace: "akash",
    code: 2,
    text: "attribute key does not match regexp",
    remedy: "Keys must match `^[a-zA-Z][\\w/.\\-]{1,126}$`.",
  },
  {
    codespace: "cert",
    code: 1,
    text: "certificate not found",
    remedy: "This wallet never published it: run `up` again, which publishes one.",
  },
  {
    codespace: "cert",
    code: 3,
    text: "certificate exists",
    remedy: "Its serial is taken: run `up` again, which makes a new one.",
  },
  {
    codespace: "cert",
    code: 4,
    text: "certificate already revoked",
    remedy: "Nothing is left to do: run `up` again.",
  },
  {
    codespace: "cert",
    code: 5,
    text: "invalid serial number",
    remedy: "Run `up` again, which makes a new certificate.",
  },
  {
    codespace: "cert",
    code: 6,
    text: "invalid certificate value",
    remedy: "Its subject must be the owner's address: run `up` again, which makes a new one.",
  },
  {
    codespace: "cert",
    code: 7,
    text: "invalid pubkey value",
    remedy: "Run `up` again, which makes a new certificate.",
  },
  {
    codespace: "sdk",
    code: 4,
    text: "unauthorized",
    remedy: "Wallet, chain id and account do not match: check `network.chainId` and the wallet.",
  },
  {
    codespace: "sdk",
    code: 5,
    text: "insufficient funds",
    remedy: "Send funds to the wallet and run again.",
  },
  {
    codespace: "sdk",
    code: 9,
    text: "unknown address",
    remedy: "The wallet never received funds on this network: send some first.",
  },
  {
    codespace: "sdk",
    code: 11,
    text: "out of gas",
    remedy: `${again} Gas is measured anew for the state as it is then.`,
  },
  {
    codespace: "sdk",
    code: 13,
    text: "insufficient fee",
    remedy: "Raise `network.gasPrice` to what the node requires, or use another endpoint.",
  },
  { codespace: "sdk", code: 19, text: "tx already in mempool", remedy: "Nothing: it is on its way." },
  {
    codespace: "sdk",
    code: 20,
    text: "mempool is full",
    remedy: "The network is busy: run again in a while.",
  },
  {
    codespace: "sdk",
    code: 30,
    text: "tx timeout height",
    remedy: `It was not included in time and never will be. ${again}`,
  },
  {
    codespace: "sdk",
    code: 32,
    text: "incorrect account sequence",
    remedy: `Another signer used this wallet at the same moment. ${again} Keep a wallet to one site.`,
  },
];

/**
 * The registered error behind an answer. Its code where it has one; else its text, because modules and the
 * simulation service wrap errors in ways that lose the code (`undefined` 1, `sdk` 6 and 18).
 */
export function identifyCode(answer: {
  readonly codespace: string;
  readonly code: number;
  readonly log: string;
}): ChainCode {
  const { codespace, code, log } = answer;
  return (
    codes.find((known) => known.codespace === codespace && known.code === code) ??
    codes.find((known) => log.includes(known.text)) ?? {
      codespace,
      code,
      text: "not a known code",
      remedy: "Correct what the chain names; if it names nothing, use another endpoint.",
    }
  );
}
