import { isAddress } from "./addresses.ts";
import { ChainError, sdkErrors } from "./errors.ts";

export const providerErrors = {
  invalidUri: (detail: string) =>
    new ChainError("provider", 1, `${detail}: invalid provider: invalid host uri`),
  notAbsolute: (detail: string) =>
    new ChainError("provider", 2, `${detail}: invalid provider: not absolute host uri`),
  notFound: (owner?: string) =>
    new ChainError(
      "provider",
      3,
      `${owner === undefined ? "" : `id: ${owner}: `}invalid provider: address not found`,
    ),
  exists: (owner: string) => new ChainError("provider", 4, `id: ${owner}: invalid provider: already exists`),
  notImplemented: () => new ChainError("provider", 10, "NOTIMPLEMENTED: internal error"),
};

const attributeErrors = {
  duplicate: () => new ChainError("akash", 1, "attributes cannot have duplicate keys"),
  malformed: () => new ChainError("akash", 2, "attribute key does not match regexp"),
};

/** The `ValidateBasic` of MsgCreateProvider and MsgUpdateProvider (chain-sdk, go/node/provider/v1beta4). */
export function validateProvider(message: {
  readonly owner: string;
  readonly hostUri: string;
  readonly attributes: readonly { readonly key: string }[];
}): void {
  validateHostUri(message.hostUri);
  if (!isAddress(message.owner)) throw sdkErrors.invalidAddress("MsgCreate: Invalid Provider Address");
  const keys = new Set<string>();
  for (const { key } of message.attributes) {
    if (!/^([a-zA-Z][\w/.-]{1,126})$/.test(key)) throw attributeErrors.malformed();
    if (keys.has(key)) throw attributeErrors.duplicate();
    keys.add(key);
  }
}

function validateHostUri(uri: string): void {
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(uri)?.[1];
  if (scheme === undefined) throw providerErrors.notAbsolute(`validating "${uri}" for absolute URI`);
  if (scheme.toLowerCase() !== "https") {
    throw providerErrors.invalidUri(`scheme in "${uri}" should be https`);
  }
  const [, host = "", path = ""] = /^[^:]+:\/\/([^/?#]*)([^?#]*)/.exec(uri) ?? [];
  if (host === "") throw providerErrors.invalidUri(`validating "${uri}" for valid host`);
  if (path !== "") throw providerErrors.invalidUri(`path in "${uri}" should be empty`);
}
