import type { Cluster } from "../../../components/cluster/index.ts";

/** A cluster that answers from a table of paths and keeps what it was asked. */
export function scripted(answers: Readonly<Record<string, unknown>>): Cluster & { readonly asked: string[] } {
  const asked: string[] = [];
  const gone = new Set<string>();
  const request: Cluster["request"] = async <T>(method: string, path: string) => {
    asked.push(`${method} ${path}`);
    if (method === "DELETE") gone.add(path);
    return gone.has(path) ? undefined : (answers[path] as T | undefined);
  };
  return {
    ...{ server: "https://scripted", asked, request, get: (path) => request("GET", path) },
    serverTime: async () => undefined,
    getSecret: async () => undefined,
    applySecret: async (secret) => secret,
    deleteSecret: async () => false,
  };
}
