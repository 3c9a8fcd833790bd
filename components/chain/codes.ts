/** What an error code of the chain means to the person who meets it. */
export interface CodeExplanation {
  readonly meaning: string;
  readonly remedy: string;
}

/**
 * Codes as the modules register them: `x/provider` and `x/cert` of akash-network/node, `types/errors` of the
 * Cosmos SDK. They are the same in all generations.
 */
const explanations: Readonly<Record<string, CodeExplanation>> = {
  "provider/1": {
    meaning: "host URI is not valid",
    remedy: "Use `https://provider.<domain>:8443`, without a path.",
  },
  "provider/2": {
    meaning: "host URI is not absolute",
    remedy: "Use `https://provider.<domain>:8443`, without a path.",
  },
  "provider/3": {
    meaning: "provider not found",
    remedy:
      "The wallet has no provider record on this network: check owner and network, then run `up` again.",
  },
  "provider/4": {
    meaning: "provider exists",
    remedy: "Somebody registered it meanwhile: run `up` again, which adopts and updates the record.",
  },
  "provider/6": {
    meaning: "attributes are not valid",
    remedy: "Keys must be unique and match `^[a-zA-Z][\\w/.\\-]{1,126}$`.",
  },
  "provider/7": {
    meaning: "attributes conflict with active leases",
    remedy: "Keep the attributes that running leases require until those leases end.",
  },
  "provider/8": { meaning: "website is not valid", remedy: "Use a full URL such as `https://example.com`." },
  "cert/1": {
    meaning: "certificate not found",
    remedy: "It was never published by this wallet: run `up` again, which publishes one.",
  },
  "cert/3": {
    meaning: "certificate exists",
    remedy: "Its serial is taken: run `up` again, which makes a new one.",
  },
  "cert/4": { meaning: "certificate already revoked", remedy: "Nothing is left to do: run `up` again." },
  "cert/5": {
    meaning: "serial number is not valid",
    remedy: "Run `up` again, which makes a new certificate.",
  },
  "cert/6": {
    meaning: "certificate is not valid",
    remedy: "Its subject must be the owner's address: run `up` again, which makes a new one.",
  },
  "cert/7": { meaning: "public key is not valid", remedy: "Run `up` again, which makes a new certificate." },
  "sdk/4": {
    meaning: "signature refused",
    remedy: "Wallet, chain id and account do not match: check `network.chainId` and the wallet source.",
  },
  "sdk/5": { meaning: "insufficient funds", remedy: "Send funds to the wallet and run again." },
  "sdk/9": { meaning: "unknown account", remedy: "The wallet never received funds here: send some first." },
  "sdk/11": { meaning: "out of gas", remedy: "Run again: gas is measured anew for the state as it is now." },
  "sdk/13": {
    meaning: "insufficient fee",
    remedy: "Raise `network.gasPrice` to what the node requires, or use another endpoint.",
  },
  "sdk/18": { meaning: "invalid request", remedy: "Correct the value the chain names." },
  "sdk/19": { meaning: "already in the mempool", remedy: "Nothing to do: it will be confirmed." },
  "sdk/20": { meaning: "mempool is full", remedy: "The network is busy: run again in some minutes." },
  "sdk/30": {
    meaning: "timeout height passed",
    remedy: "It was not included in time and never will be: run again.",
  },
  "sdk/32": {
    meaning: "sequence mismatch",
    remedy: "Another signer used this wallet at the same moment: run again; use a wallet for one site only.",
  },
};

export function explainCode(codespace: string, code: number): CodeExplanation {
  return (
    explanations[`${codespace}/${code}`] ?? {
      meaning: "unexpected",
      remedy: "Look the code up in the module of that name, or run again with another endpoint.",
    }
  );
}
