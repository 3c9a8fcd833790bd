import type { Subject, Verb } from "../../components/akash/rbac/types.ts";
import { Connection } from "../../components/cluster/connection.ts";
import { readKubeconfig } from "../../components/cluster/kubeconfig.ts";
import type { Method } from "../../components/cluster/types.ts";
import { impersonating } from "./akashCluster.ts";
import { LEASE } from "./akashFixtures.ts";

/** A call of upstream's, as the rules table and the list of what is denied have it. */
export interface Call {
  readonly verb: string;
  readonly group: string;
  /** With its subresource, after a slash. */
  readonly resource: string;
  readonly namespace?: string;
  readonly names?: readonly string[];
}

export const CLUSTER_SCOPED = [
  "namespaces",
  "nodes",
  "nodes/proxy",
  "persistentvolumes",
  "storageclasses",
  "clusterroles",
  "clusterrolebindings",
  "customresourcedefinitions",
  "certificatesigningrequests",
  "validatingadmissionpolicies",
  "validatingwebhookconfigurations",
  "mutatingwebhookconfigurations",
  "priorityclasses",
  "users",
  "groups",
];

/** How each verb travels. What is named need not exist, and what is sent need not be an object: access comes first. */
const REQUESTS: Readonly<
  Record<Verb, { readonly method: Method; readonly named: boolean; readonly query: string }>
> = {
  get: { method: "GET", named: true, query: "" },
  list: { method: "GET", named: false, query: "?limit=1" },
  // A selector that cannot be read ends the watch as soon as it is allowed.
  watch: { method: "GET", named: false, query: "?watch=true&fieldSelector=%21" },
  create: { method: "POST", named: false, query: "?dryRun=All" },
  update: { method: "PUT", named: true, query: "?dryRun=All" },
  patch: { method: "PATCH", named: true, query: "?dryRun=All" },
  delete: { method: "DELETE", named: true, query: "?dryRun=All" },
  deletecollection: { method: "DELETE", named: false, query: "?dryRun=All" },
};

/** Whether a verb is a request of its own; `bind`, `escalate` and `impersonate` come along with others. */
export function isRequest(verb: string): verb is Verb {
  return verb in REQUESTS;
}

/** Sends upstream's calls in the name of a ServiceAccount; nothing is changed. */
export class Replay {
  readonly #connection: Connection;
  /** Version by API group, of groups that are served. */
  readonly #versions: ReadonlyMap<string, string>;

  private constructor(connection: Connection, versions: ReadonlyMap<string, string>) {
    this.#connection = connection;
    this.#versions = versions;
  }

  static async as(kubeconfig: string, subject: Subject): Promise<Replay> {
    const access = await readKubeconfig({ kubeconfig: impersonating(kubeconfig, subject) });
    const connection = new Connection(access, 15_000);
    const { body } = await connection.send("GET", "/apis", undefined, "application/json");
    const { groups } = body as { groups: { name: string; preferredVersion: { version: string } }[] };
    return new Replay(
      connection,
      new Map(groups.map(({ name, preferredVersion }) => [name, preferredVersion.version])),
    );
  }

  /** Whether access allows the call; what the API server answers after that does not matter. */
  async allows(call: Call): Promise<boolean> {
    if (!isRequest(call.verb)) throw new Error(`${call.verb} is no request`);
    const { method, query } = REQUESTS[call.verb];
    const body = method === "GET" || method === "DELETE" ? undefined : {};
    const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    const answer = await this.#connection.send(method, `${this.#path(call, call.verb)}${query}`, body, type);
    const message = String((answer.body as { message?: unknown } | undefined)?.message ?? "");
    return !(answer.status === 403 && /cannot \w+ resource/.test(message));
  }

  #path({ group, resource, namespace, names }: Call, verb: Verb): string {
    const [plural = "", subresource] = resource.split("/");
    const root = group === "" ? "/api/v1" : `/apis/${group}/${this.#versions.get(group) ?? "v1"}`;
    const within = namespace ?? (CLUSTER_SCOPED.includes(resource) ? undefined : LEASE);
    const parts = [root, ...(within === undefined ? [] : ["namespaces", within]), plural];
    if (REQUESTS[verb].named || subresource !== undefined) parts.push(names?.[0] ?? "replayed");
    if (subresource !== undefined) parts.push(subresource);
    return parts.join("/");
  }
}
