import { addressKind } from "./address.ts";

/** Services that answer with the caller's address as text, of different operators. */
export const PUBLIC_ADDRESS_SOURCES: readonly string[] = [
  "https://api.ipify.org",
  "https://ipv4.icanhazip.com",
  "https://checkip.amazonaws.com",
];

const TIMEOUT_MS = 5_000;

/** No service told the public address. */
export class PublicAddressUnknown extends Error {
  override readonly name = "PublicAddressUnknown";
  constructor(reasons: readonly string[]) {
    super(
      `The public address could not be found out (${reasons.join("; ")}). Check the internet connection, or set \`address\` to it.`,
    );
  }
}

export interface PublicAddressOptions {
  /** Asked in this order; the first usable answer is taken. Default: `PUBLIC_ADDRESS_SOURCES`. */
  readonly sources?: readonly string[];
  /** Default: the global one. */
  readonly fetch?: typeof fetch;
}

/**
 * The address under which the internet sees this machine.
 *
 * @throws {PublicAddressUnknown} when no source gives a public address
 */
export async function findPublicAddress(options: PublicAddressOptions = {}): Promise<string> {
  const reasons: string[] = [];
  for (const source of options.sources ?? PUBLIC_ADDRESS_SOURCES) {
    try {
      const answer = await (options.fetch ?? fetch)(source, { signal: AbortSignal.timeout(TIMEOUT_MS) });
      const address = (await answer.text()).trim();
      if (answer.ok && addressKind(address) === "public") return address;
      reasons.push(`${source} answered ${answer.status} without a public address`);
    } catch (error) {
      reasons.push(`${source}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new PublicAddressUnknown(reasons);
}
