import { AwsClient } from "aws4fetch";
import { FleetError } from "../declaration/errors.ts";

/** Objects of an S3-compatible store, below the prefix of the backend's address. */
export interface Bucket {
  put(key: string, text: string): Promise<void>;
  get(key: string): Promise<string>;
  /** Keys that begin with a prefix. */
  list(prefix: string): Promise<string[]>;
}

/** The bucket did not do what was asked. */
export class BucketError extends FleetError {
  override readonly name = "BucketError";
}

/** Where a backend's address leads: `s3://BUCKET/PREFIX?region=…&endpoint=…`, in the engine's notation. */
export interface BucketAddress {
  /** URL of the bucket, without a slash at its end. */
  readonly url: string;
  /** Before every key: empty, or ending with a slash. */
  readonly prefix: string;
  readonly region: string;
}

const AWS_REGION = "us-east-1";

/** Undefined for an address that is none of an S3-compatible store. */
export function bucketAddress(backend: string, env: NodeJS.ProcessEnv = {}): BucketAddress | undefined {
  if (!backend.startsWith("s3://")) return undefined;
  const { hostname: bucket, pathname, searchParams } = new URL(backend);
  const region = searchParams.get("region") ?? env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"] ?? AWS_REGION;
  const prefix = pathname.replace(/^\/+|\/+$/g, "");
  const endpoint = searchParams.get("endpoint") ?? env["AWS_ENDPOINT_URL_S3"] ?? env["AWS_ENDPOINT_URL"];
  const isSet = (...names: string[]) => names.some((name) => searchParams.get(name) === "true");
  const scheme = isSet("disableSSL", "disable_https") ? "http" : "https";
  const url =
    endpoint === undefined
      ? `https://${bucket}.s3.${region}.amazonaws.com`
      : // A server of one's own seldom has a name for each bucket.
        `${endpoint.includes("://") ? endpoint : `${scheme}://${endpoint}`}/${bucket}`;
  return { url: url.replace(/(?<!:)\/+(?=\/)/g, ""), prefix: prefix === "" ? "" : `${prefix}/`, region };
}

/** Undefined where the backend is no such store, or its credentials are not in the environment. */
export function openBucket(backend: string, env: NodeJS.ProcessEnv): Bucket | undefined {
  const address = bucketAddress(backend, env);
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  if (address === undefined || !accessKeyId || !secretAccessKey) return undefined;
  const { url, prefix, region } = address;
  const sessionToken = env["AWS_SESSION_TOKEN"];
  const client = new AwsClient({
    accessKeyId,
    secretAccessKey,
    region,
    service: "s3",
    retries: 3,
    ...(sessionToken === undefined ? {} : { sessionToken }),
  });
  const request = async (target: string, init?: RequestInit): Promise<string> => {
    const response = await client.fetch(target, init).catch((cause: Error) => {
      throw new BucketError(`${url} does not answer (${cause.message}). Check the backend's address.`);
    });
    const text = await response.text();
    if (response.ok) return text;
    const code = /<Code>([^<]+)<\/Code>/.exec(text)?.[1] ?? response.statusText;
    throw new BucketError(
      `${url} answered ${response.status} ${code} to ${init?.method ?? "GET"}. Check the bucket's name and what the credentials may do.`,
    );
  };
  const objectUrl = (key: string) =>
    `${url}/${`${prefix}${key}`.split("/").map(encodeURIComponent).join("/")}`;
  return {
    async put(key, text) {
      await request(objectUrl(key), { method: "PUT", body: text });
    },
    get: (key) => request(objectUrl(key)),
    async list(wanted) {
      const keys: string[] = [];
      let after: string | undefined;
      do {
        const query = new URLSearchParams({ "list-type": "2", prefix: `${prefix}${wanted}` });
        if (after !== undefined) query.set("continuation-token", after);
        const answer = await request(`${url}/?${query}`);
        keys.push(...[...answer.matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, key = ""]) => unescapeXml(key)));
        after = /<NextContinuationToken>([^<]+)</.exec(answer)?.[1];
      } while (after !== undefined);
      return keys.map((key) => key.slice(prefix.length));
    },
  };
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replace(/&(\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole);
}
