/** How to reach a cluster: a file read at call time, or its text (pass it as a Pulumi secret). */
export type ClusterAccess = { readonly kubeconfigPath: string } | { readonly kubeconfig: string };

/** A Secret of type `Opaque` unless `type` says otherwise; `data` is decoded. */
export interface Secret {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly type: string;
  readonly data: Readonly<Record<string, Uint8Array>>;
}

/** Method of a request to the API server. */
export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** An API server, spoken to directly. Every call may throw one of the errors of `errors.ts`. */
export interface Cluster {
  /** URL of the API server. */
  readonly server: string;
  /** The object at an API path, for example `/api/v1/namespaces/lease`; undefined when there is none. */
  get<T>(path: string): Promise<T | undefined>;
  /**
   * @param path API path with its query
   * @param body sent as JSON
   * @param contentType `application/json` by default; patches have types of their own
   * @returns the parsed answer; undefined on 404
   */
  request<T>(method: Method, path: string, body?: unknown, contentType?: string): Promise<T | undefined>;
  /** What the API server's clock shows, in whole seconds; undefined when it does not say. */
  serverTime(): Promise<Date | undefined>;
  getSecret(namespace: string, name: string): Promise<Secret | undefined>;
  /** Server-side apply, by force. Afterwards the Secret holds exactly this data, whoever edited it before. */
  applySecret(secret: Secret): Promise<Secret>;
  /** @returns false when there was none. */
  deleteSecret(namespace: string, name: string): Promise<boolean>;
}

export interface ClusterOptions {
  /** Longest time for one request in milliseconds; 15 000 by default. */
  readonly timeoutMs?: number;
}
