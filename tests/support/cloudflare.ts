import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * Stands in for the part of Cloudflare's API (v4) that a takeover uses: a zone by its name, its records by their
 * name, and the deletion of one. It answers in Cloudflare's envelope and refuses with its codes: a token that it does
 * not know or that may only read (10000), one that it cannot read (6003), a record that is gone (81044).
 */
export interface StandInCloudflare {
  readonly api: string;
  readonly records: StandInRecord[];
  /** Method and path of each request, in order. */
  readonly asked: string[];
  stop(): Promise<void>;
}

export interface StandInRecord {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly content: string;
}

export interface StandInOptions {
  readonly zone: string;
  readonly records: readonly StandInRecord[];
  /** The token that may edit the zone. */
  readonly token: string;
  /** One that may only read it. */
  readonly readToken?: string;
  /** Answers with all records, whatever name is asked for. */
  readonly ignoresFilter?: boolean;
}

const ZONE_ID = "023e105f4ecef8ad9ca31a8372d0c353";

export async function startCloudflare(options: StandInOptions): Promise<StandInCloudflare> {
  const records = [...options.records];
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const { status, ...body } = answer(request, records, options);
    response.writeHead(status, { "content-type": "application/json" });
    response.end(
      JSON.stringify({ success: status === 200, errors: [], messages: [], result: null, ...body }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    api: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    records,
    asked,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

interface Answered {
  readonly status: number;
  readonly errors?: readonly { readonly code: number; readonly message: string }[];
  readonly result?: unknown;
}

const refused = (status: number, code: number, message: string): Answered => ({
  status,
  errors: [{ code, message }],
});

function answer(
  { method, url = "", headers: { authorization = "" } }: IncomingMessage,
  records: StandInRecord[],
  { zone, token, readToken, ignoresFilter = false }: StandInOptions,
): Answered {
  const bearer = /^Bearer ([\w-]+)$/.exec(authorization)?.[1];
  if (bearer === undefined) return refused(400, 6003, "Invalid request headers");
  const allowed = bearer === token || (bearer === readToken && method === "GET");
  if (!allowed) return refused(403, 10000, "Authentication error");
  const { pathname, searchParams } = new URL(url, "http://localhost");
  const name = searchParams.get("name");
  if (pathname === "/zones") return { status: 200, result: name === zone ? [{ id: ZONE_ID, name }] : [] };
  const of = `/zones/${ZONE_ID}/dns_records`;
  if (pathname === of) {
    return { status: 200, result: records.filter((record) => ignoresFilter || record.name === name) };
  }
  const index = records.findIndex(({ id }) => pathname === `${of}/${id}`);
  if (method !== "DELETE" || index < 0) return refused(404, 81044, "Record does not exist.");
  const [gone] = records.splice(index, 1);
  return { status: 200, result: { id: gone?.id } };
}
