import {
  MsgCreateCertificate,
  MsgDeleteProviderAttributes,
  MsgRevokeCertificate,
  MsgSignProviderAttributes,
} from "@akashnetwork/chain-sdk/private-types/akash.v1";
import {
  MsgCreateProvider,
  MsgDeleteProvider,
  MsgUpdateProvider,
} from "@akashnetwork/chain-sdk/private-types/akash.v1beta4";
import { MsgSend } from "cosmjs-types/cosmos/bank/v1beta1/tx";
import { isAddress } from "./addresses.ts";
import { certificateErrors, validateCertificate } from "./certificateRules.ts";
import { type ChainError, sdkErrors } from "./errors.ts";
import { providerErrors, validateProvider } from "./providerRules.ts";
import { addCoins, type ChainState, certificateKey, takeCoins } from "./state.ts";

/** A message this chain understands, decoded and bound to its rules. */
export interface Message {
  readonly typeUrl: string;
  readonly value: unknown;
  /** Address that must have signed. */
  readonly signer: string;
  /** What the node checks before it looks at the state. */
  validate(): void;
  /** Changes the state or throws; the transaction as a whole decides whether the change stays. */
  execute(state: ChainState): void;
  readonly gas: bigint;
}

interface Codec<T> {
  decode(bytes: Uint8Array): T;
}

interface Rules<T> {
  signer(value: T): string;
  validate?(value: T): void;
  execute(value: T, state: ChainState): void;
}

const decoders = new Map<string, (typeUrl: string, bytes: Uint8Array) => Message>();

function define<T>(type: string, codec: Codec<T>, rules: Rules<NoInfer<T>>): void {
  decoders.set(`/${type}`, (typeUrl, bytes) => {
    const value = codec.decode(bytes);
    return {
      typeUrl,
      value,
      signer: rules.signer(value),
      validate: () => rules.validate?.(value),
      execute: (state) => rules.execute(value, state),
      gas: 20_000n + 30n * BigInt(bytes.length),
    };
  });
}

/**
 * Decodes by type URL. Types of another generation are unknown to a node of this one.
 * @throws ChainError sdk/2, as a node's transaction decoder does
 */
export function decodeMessage(typeUrl: string, bytes: Uint8Array): Message {
  const decode = decoders.get(typeUrl);
  if (decode === undefined) throw sdkErrors.txDecode(`unable to resolve type URL ${typeUrl}`);
  try {
    return decode(typeUrl, bytes);
  } catch (error) {
    throw sdkErrors.txDecode(error instanceof Error ? error.message : String(error));
  }
}

define("akash.provider.v1beta4.MsgCreateProvider", MsgCreateProvider, {
  signer: ({ owner }) => owner,
  validate: validateProvider,
  execute: (message, { providers }) => {
    if (providers.has(message.owner)) throw providerErrors.exists(message.owner);
    providers.set(message.owner, toProvider(message));
  },
});

define("akash.provider.v1beta4.MsgUpdateProvider", MsgUpdateProvider, {
  signer: ({ owner }) => owner,
  validate: validateProvider,
  execute: (message, { providers }) => {
    if (!providers.has(message.owner)) throw providerErrors.notFound(message.owner);
    providers.set(message.owner, toProvider(message));
  },
});

define("akash.provider.v1beta4.MsgDeleteProvider", MsgDeleteProvider, {
  signer: ({ owner }) => owner,
  validate: ({ owner }) => requireAddress(owner, "MsgDelete: Invalid Provider Address"),
  execute: ({ owner }, { providers }): ChainError => {
    throw providers.has(owner) ? providerErrors.notImplemented() : providerErrors.notFound();
  },
});

define("akash.cert.v1.MsgCreateCertificate", MsgCreateCertificate, {
  signer: ({ owner }) => owner,
  validate: ({ owner, cert, pubkey }) => {
    requireAddress(owner, "MsgCreateCertificate: Invalid Owner Address");
    validateCertificate(owner, cert, pubkey);
  },
  execute: ({ owner, cert, pubkey }, { certificates }) => {
    const serial = validateCertificate(owner, cert, pubkey);
    const key = certificateKey(owner, serial);
    if (certificates.has(key)) throw certificateErrors.exists();
    certificates.set(key, { owner, serial, state: "valid", certificate: cert, publicKey: pubkey });
  },
});

define("akash.cert.v1.MsgRevokeCertificate", MsgRevokeCertificate, {
  signer: ({ id }) => id?.owner ?? "",
  validate: ({ id }) => {
    requireAddress(id?.owner ?? "", "MsgRevoke: Invalid Owner Address");
    if (!/^[+-]?\d+$/.test(id?.serial ?? "")) throw certificateErrors.invalidSerial();
  },
  execute: ({ id }, { certificates }) => {
    const certificate = certificates.get(certificateKey(id?.owner ?? "", BigInt(id?.serial ?? 0).toString()));
    if (certificate === undefined) throw certificateErrors.notFound();
    if (certificate.state === "revoked") throw certificateErrors.alreadyRevoked();
    certificate.state = "revoked";
  },
});

define("akash.audit.v1.MsgSignProviderAttributes", MsgSignProviderAttributes, {
  signer: ({ auditor }) => auditor,
  execute: ({ owner, auditor, attributes }, { audits }) => {
    const index = audits.findIndex((audit) => audit.owner === owner && audit.auditor === auditor);
    audits.splice(index < 0 ? audits.length : index, index < 0 ? 0 : 1, { owner, auditor, attributes });
  },
});

define("akash.audit.v1.MsgDeleteProviderAttributes", MsgDeleteProviderAttributes, {
  signer: ({ auditor }) => auditor,
  execute: ({ owner, auditor }, { audits }) => {
    const index = audits.findIndex((audit) => audit.owner === owner && audit.auditor === auditor);
    if (index < 0) throw providerErrors.notFound();
    audits.splice(index, 1);
  },
});

define("cosmos.bank.v1beta1.MsgSend", MsgSend, {
  signer: ({ fromAddress }) => fromAddress,
  validate: ({ toAddress }) => requireAddress(toAddress, "invalid to address"),
  execute: ({ fromAddress, toAddress, amount }, state) => {
    const sender = state.accounts.get(fromAddress);
    for (const coin of amount) {
      const value = BigInt(coin.amount);
      if (sender === undefined || !takeCoins(sender, coin.denom, value)) {
        const balance = sender?.balances.get(coin.denom) ?? 0n;
        throw sdkErrors.insufficientFunds(
          `spendable balance ${balance}${coin.denom} is smaller than ${value}${coin.denom}`,
        );
      }
      addCoins(state, toAddress, coin.denom, value);
    }
  },
});

function toProvider({ owner, hostUri, attributes, info }: MsgCreateProvider) {
  return { owner, hostUri, attributes, email: info?.email ?? "", website: info?.website ?? "" };
}

function requireAddress(address: string, detail: string): void {
  if (!isAddress(address)) throw sdkErrors.invalidAddress(detail);
}
