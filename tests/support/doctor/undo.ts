import type { Cluster, Method } from "../../../components/cluster/index.ts";

/** A cluster whose changes can be taken back. */
export interface UndoableCluster {
  readonly cluster: Cluster;
  /** Puts every object back as it was before the first change since the last call. */
  undo(): Promise<void>;
}

interface Found {
  readonly metadata: { readonly name: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

/** Notes what is changed through it, so that a test can make a site sick and well again many times. */
export function undoable(cluster: Cluster): UndoableCluster {
  const steps: (() => Promise<unknown>)[] = [];
  const request = async <T>(
    method: Method,
    path: string,
    body?: unknown,
    type?: string,
  ): Promise<T | undefined> => {
    const object = path.replace(/\/status$/, "");
    if (method === "POST") {
      const { name } = (body as Found).metadata;
      steps.unshift(() => cluster.request("DELETE", `${path}/${name}`, { gracePeriodSeconds: 0 }));
    } else if (method !== "GET") {
      const before = await cluster.get<Found>(object);
      if (before !== undefined) steps.unshift(() => putBack(cluster, object, path, before));
    }
    return cluster.request<T>(method, path, body, type);
  };
  return {
    cluster: { ...methodsOf(cluster), request },
    async undo() {
      for (const step of steps.splice(0)) await step();
    },
  };
}

/** Methods of a class's object do not survive a spread. */
function methodsOf(cluster: Cluster): Cluster {
  return {
    server: cluster.server,
    get: (path) => cluster.get(path),
    request: (...args) => cluster.request(...args),
    serverTime: () => cluster.serverTime(),
    getSecret: (...args) => cluster.getSecret(...args),
    applySecret: (secret) => cluster.applySecret(secret),
    deleteSecret: (...args) => cluster.deleteSecret(...args),
  };
}

/** Replaces an object by what it was, or makes it anew where it is gone. */
async function putBack(cluster: Cluster, object: string, path: string, before: Found): Promise<void> {
  const { resourceVersion: _version, uid: _uid, managedFields: _fields, ...metadata } = before.metadata;
  for (;;) {
    const now = await cluster.get<Found>(object);
    const fresh = { ...before, metadata };
    if (now === undefined) {
      await cluster.request("POST", object.slice(0, object.lastIndexOf("/")), fresh);
      return;
    }
    if (now.metadata["deletionTimestamp"] !== undefined) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      continue;
    }
    const { resourceVersion } = now.metadata;
    const replaced = { ...fresh, metadata: { ...metadata, resourceVersion } };
    try {
      await cluster.request("PUT", path, replaced);
      return;
    } catch (error) {
      // A controller was faster with this object.
      if (!(error instanceof Error && /\b409\b/.test(error.message))) throw error;
    }
  }
}
