import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** A Kubernetes object, as far as this server cares. */
export interface StoredObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** An API server that keeps objects by path. */
export interface TestApiServer {
  readonly kubeconfig: string;
  readonly objects: Map<string, StoredObject>;
  /** How far its clock is off, milliseconds. */
  skewMs: number;
  /** Cut every connection. */
  down: boolean;
  /** Answer 503, as K3s does until its API server is up. */
  starting: boolean;
  stop(): Promise<void>;
}

/**
 * Stands in for an API server where a test needs sixty clusters that differ in one object each: lists with label
 * selectors, merge patches, a `Date` that can be wrong. It knows no types, defaults or controllers; the same faults
 * are injected into a real one in doctorCluster.test.ts.
 */
export async function startTestApiServer(): Promise<TestApiServer> {
  const objects = new Map<string, StoredObject>();
  const http = createServer(async (request, response) => {
    if (api.down) return request.socket.destroy();
    const url = new URL(request.url ?? "/", "http://api");
    const path = url.pathname.replace(/\/status$/, "");
    const body = await text(request);
    const answer = (status: number, value: unknown) => {
      response.sendDate = false;
      response.setHeader("date", new Date(Date.now() + api.skewMs).toUTCString());
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    };
    if (api.starting) return answer(503, "starting");
    if (request.method === "GET") {
      const found = path === "/version" ? { gitVersion: "v1.34.3" } : objects.get(path);
      if (found !== undefined) return answer(200, found);
      const items = listed(objects, path, url.searchParams.get("labelSelector") ?? "");
      return items === undefined ? answer(404, { message: "not found" }) : answer(200, { items });
    }
    if (request.method === "DELETE") {
      const found = objects.get(path);
      objects.delete(path);
      return found === undefined ? answer(404, {}) : answer(200, found);
    }
    if (request.method === "PATCH") {
      const found = objects.get(path);
      if (found === undefined) return answer(404, {});
      const merged = merge(found, JSON.parse(body)) as StoredObject;
      objects.set(path, merged);
      return answer(200, merged);
    }
    const { metadata, ...rest } = JSON.parse(body) as StoredObject;
    const [, namespace] = /\/namespaces\/([^/]+)\//.exec(path) ?? [];
    const created = { ...rest, metadata: { ...metadata, ...(namespace === undefined ? {} : { namespace }) } };
    objects.set(`${path}/${created.metadata.name}`, created);
    return answer(201, created);
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const server = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const api: TestApiServer = {
    kubeconfig: JSON.stringify({
      "current-context": "test",
      contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
      clusters: [{ name: "test", cluster: { server } }],
      users: [{ name: "test", user: { token: "test" } }],
    }),
    objects,
    skewMs: 0,
    down: false,
    starting: false,
    stop: () => {
      http.closeAllConnections();
      return new Promise((resolve) => http.close(() => resolve()));
    },
  };
  return api;
}

/** Objects of a collection, in one namespace or all; undefined for what is the path of an object. */
function listed(
  objects: TestApiServer["objects"],
  path: string,
  selector: string,
): StoredObject[] | undefined {
  const pattern = /^(.*?\/v\d\w*)\/([a-z]+)$/.exec(path);
  const within = (key: string): boolean => {
    const collection = key.slice(0, key.lastIndexOf("/"));
    if (collection === path) return true;
    const [, root = "", plural = ""] = pattern ?? [];
    return (
      pattern !== null && collection.startsWith(`${root}/namespaces/`) && collection.endsWith(`/${plural}`)
    );
  };
  if (pattern === null && !/\/namespaces\/[^/]+\/[a-z]+$/.test(path)) return undefined;
  return [...objects]
    .filter(([key, object]) => within(key) && selects(selector, object))
    .map(([, item]) => item);
}

function selects(selector: string, { metadata: { labels = {} } }: StoredObject): boolean {
  return selector
    .split(",")
    .filter((term) => term !== "")
    .every((term) => {
      if (term.startsWith("!")) return !(term.slice(1) in labels);
      const [key = "", value] = term.split("=");
      return value === undefined ? key in labels : labels[key] === value;
    });
}

/** JSON merge patch (RFC 7386). */
export function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const merged: Record<string, unknown> = { ...(target as object) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = merge(merged[key], value);
  }
  return merged;
}
