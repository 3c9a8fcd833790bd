import { Connection } from "./connection.ts";
import { ClusterForbidden, ClusterRejected, NamespaceMissing } from "./errors.ts";
import { readKubeconfig } from "./kubeconfig.ts";
import type { Cluster, ClusterAccess, ClusterOptions, Method, Secret } from "./types.ts";

const defaultTimeoutMs = 15_000;
const fieldManager = "pulumi-akash";

/**
 * Reads the kubeconfig; the first request connects.
 *
 * @throws KubeconfigMissing, KubeconfigInvalid
 */
export async function openCluster(access: ClusterAccess, options: ClusterOptions = {}): Promise<Cluster> {
  const kubeconfig = await readKubeconfig(access);
  return new ConnectedCluster(new Connection(kubeconfig, options.timeoutMs ?? defaultTimeoutMs));
}

/** A Secret as the API server writes it. */
interface SecretObject {
  readonly metadata: {
    readonly namespace: string;
    readonly name: string;
    readonly labels?: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
  readonly type: string;
  readonly data?: Record<string, string>;
}

class ConnectedCluster implements Cluster {
  readonly server: string;
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.server = connection.server;
    this.#connection = connection;
  }

  get<T>(path: string): Promise<T | undefined> {
    return this.request<T>("GET", path);
  }

  async request<T>(
    method: Method,
    path: string,
    body?: unknown,
    contentType = "application/json",
  ): Promise<T | undefined> {
    const answer = await this.#connection.send(method, path, body, contentType);
    if (answer.status >= 200 && answer.status < 300) return answer.body as T;
    if (answer.status === 404) return undefined;
    const action = `${method} ${path.split("?")[0]}`;
    if (answer.status === 401 || answer.status === 403) {
      throw new ClusterForbidden(this.server, action, answer.status);
    }
    throw new ClusterRejected(this.server, action, answer.status, statusMessage(answer.body));
  }

  async serverTime(): Promise<Date | undefined> {
    return (await this.#connection.send("GET", "/version", undefined, "application/json")).time;
  }

  async getSecret(namespace: string, name: string): Promise<Secret | undefined> {
    const object = await this.get<SecretObject>(secretPath(namespace, name));
    return object && fromObject(object);
  }

  async applySecret(secret: Secret): Promise<Secret> {
    const path = secretPath(secret.namespace, secret.name);
    const applied = await this.#patch(secret, `${path}?fieldManager=${fieldManager}&force=true`, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        namespace: secret.namespace,
        name: secret.name,
        labels: secret.labels,
        annotations: secret.annotations,
      },
      type: secret.type,
      data: encodeData(secret.data),
    });
    const foreign = Object.keys(applied.data).filter((key) => !(key in secret.data));
    if (foreign.length === 0) return applied;
    const removal = { data: Object.fromEntries(foreign.map((key) => [key, null])) };
    return this.#patch(secret, `${path}?fieldManager=${fieldManager}`, removal, "merge-patch+json");
  }

  async #patch(secret: Secret, path: string, body: unknown, type = "apply-patch+yaml"): Promise<Secret> {
    const object = await this.request<SecretObject>("PATCH", path, body, `application/${type}`);
    if (!object) throw new NamespaceMissing(this.server, secret.namespace);
    return fromObject(object);
  }

  async deleteSecret(namespace: string, name: string): Promise<boolean> {
    return (await this.request("DELETE", secretPath(namespace, name))) !== undefined;
  }
}

function secretPath(namespace: string, name: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${encodeURIComponent(name)}`;
}

function encodeData(data: Secret["data"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString("base64")]),
  );
}

function fromObject(object: SecretObject): Secret {
  const { metadata, type, data = {} } = object;
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
    type,
    data: Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Uint8Array.from(Buffer.from(value, "base64"))]),
    ),
  };
}

/** `message` of a Kubernetes Status. */
function statusMessage(body: unknown): string {
  const message = (body as { message?: unknown } | undefined)?.message;
  return typeof message === "string" ? message : "no reason given";
}
