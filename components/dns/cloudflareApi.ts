import { CLOUDFLARE_TOKEN, openCloudflareToken } from "./credentials.ts";
import { CloudflareRefused, CloudflareUnreachable, DnsError } from "./errors.ts";
import { canonicalName } from "./records.ts";

/** Where Cloudflare's API is. */
export const CLOUDFLARE_API = "https://api.cloudflare.com/client/v4";

const TIMEOUT_MS = 15_000;
/** Records that say where a name leads to; Cloudflare refuses a second of the same name, or serves both. */
const ADDRESS_TYPES: readonly string[] = ["A", "AAAA", "CNAME"];
/** Code of a record that is there no more. */
const NO_SUCH_RECORD = 81044;

/** An A, AAAA or CNAME record as Cloudflare has it. */
export interface CloudflareRecord {
  /** Cloudflare's id of the record. */
  readonly id: string;
  /** Cloudflare's id of the zone. */
  readonly zoneId: string;
  /** Fully qualified. */
  readonly name: string;
  readonly type: string;
  /** An address, or a name. */
  readonly content: string;
}

export interface CloudflareZone {
  /** Name of the zone at Cloudflare. */
  readonly zone: string;
  /** Environment variable with an API token. Default: `CLOUDFLARE_API_TOKEN`. */
  readonly tokenEnv?: string;
}

/** The part of Cloudflare's API that the engine's plugin has no resource for: records that somebody else made. */
export interface Cloudflare {
  /** The A, AAAA and CNAME records of these names, whoever made them. */
  addressRecords(names: readonly string[]): Promise<CloudflareRecord[]>;
  /** Deletes a record; one that is gone already is fine. */
  remove(record: CloudflareRecord): Promise<void>;
}

/**
 * A client for the records of one zone. The token is read from its variable, and is in no error.
 *
 * @param api address of the API; another in tests
 * @throws CredentialMissing when the variable is not set, DnsError when it holds no token; its calls throw CloudflareRefused and CloudflareUnreachable
 */
export function openCloudflare(at: CloudflareZone, api = CLOUDFLARE_API): Cloudflare {
  const { zone, tokenEnv = CLOUDFLARE_TOKEN } = at;
  const token = openCloudflareToken(at);
  // `fetch` would quote a header that it cannot send, and the token with it.
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new DnsError(
      `The environment variable ${tokenEnv} holds no API token: there are blanks, line ends or other characters in it that no token has. Set it again.`,
    );
  }

  const request = async <T>(method: string, path: string, what: string): Promise<T | undefined> => {
    const headers = { authorization: `Bearer ${token}` };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(`${api}${path}`, { method, headers, signal }).catch((error: Error) => {
      throw new CloudflareUnreachable(new URL(api).host, reasonOf(error));
    });
    const body = (await response.json().catch(() => ({}))) as Answer<T>;
    const codes = (body.errors ?? []).map(({ code }) => code);
    if (response.ok && body.success === true) return body.result;
    if (method === "DELETE" && codes.includes(NO_SUCH_RECORD)) return undefined;
    throw new CloudflareRefused({ zone, tokenEnv, what, status: response.status, codes });
  };

  const zoneId = async (): Promise<string> => {
    const zones = await request<{ id: string }[]>(
      "GET",
      `/zones?name=${encodeURIComponent(zone)}`,
      "look up the id",
    );
    const [found] = zones ?? [];
    if (found !== undefined) return found.id;
    throw new DnsError(
      `Cloudflare shows no zone ${zone} to the API token in ${tokenEnv}. Check \`dns.zone\`, and that the token has the permissions Zone.Zone.Read and Zone.DNS.Edit on this zone.`,
    );
  };

  return {
    async addressRecords(names) {
      const id = await zoneId();
      const lists = names.map(async (name) => {
        const path = `/zones/${id}/dns_records?name=${encodeURIComponent(name)}&per_page=100`;
        const records = (await request<RecordView[]>("GET", path, "read the records")) ?? [];
        // Whatever the API takes the filter for: what is not exactly this name is nobody's to replace.
        return records
          .filter((record) => canonicalName(record.name) === canonicalName(name))
          .filter(({ type }) => ADDRESS_TYPES.includes(type))
          .map((record) => ({
            id: record.id,
            zoneId: id,
            name: record.name,
            type: record.type,
            content: record.content,
          }));
      });
      return (await Promise.all(lists)).flat();
    },
    async remove({ zoneId: id, id: record, name }) {
      await request("DELETE", `/zones/${id}/dns_records/${record}`, `delete the record ${name}`);
    },
  };
}

interface Answer<T> {
  readonly success?: boolean;
  readonly errors?: readonly { readonly code: number }[];
  readonly result?: T;
}

interface RecordView {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly content: string;
}

function reasonOf(error: Error): string {
  const { cause } = error;
  return error.name === "TimeoutError" || !(cause instanceof Error)
    ? `no answer in ${TIMEOUT_MS / 1000} s`
    : ((cause as NodeJS.ErrnoException).code ?? cause.message);
}
