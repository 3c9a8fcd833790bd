import { GATEWAY_NAME, GATEWAY_NAMESPACE } from "../../components/akash/names.ts";
import { classicNamespace, ingressClassName } from "../../components/ingress/names.ts";
import { type Condition, holds, type Metadata, type Service } from "../observe/objects.ts";
import type { Observed } from "../observe/observed.ts";
import { type Check, failed, ok, skipped } from "../types.ts";

const UP = "`npm run up` puts it back.";

interface Gateway {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

export const ingress: Check = {
  id: "ingress",
  title: "leases have something to attach their routes to",
  area: "network",
  observes: ["ingress that does not answer"],
  needs: ["cluster"],
  async run(site) {
    if (site.site.ingress.mode === "gateway") {
      const path = `/apis/gateway.networking.k8s.io/v1/namespaces/${GATEWAY_NAMESPACE}/gateways/${GATEWAY_NAME}`;
      const gateway = await site.cluster.get<Gateway>(path);
      if (gateway === undefined) return failed(`there is no Gateway ${GATEWAY_NAME}`, UP);
      if (site.embedded || holds(gateway.status?.conditions, "Programmed"))
        return ok(`Gateway ${GATEWAY_NAME}`);
      const why = gateway.status?.conditions?.find(({ type }) => type === "Programmed")?.message;
      return failed(
        `Gateway ${GATEWAY_NAME} is not programmed: ${why ?? "no controller took it"}`,
        "Look at the gateway controller's log.",
      );
    }
    const found = await site.cluster.get<{ readonly metadata: Metadata }>(
      `/apis/networking.k8s.io/v1/ingressclasses/${ingressClassName}`,
    );
    if (found === undefined) return failed(`there is no IngressClass ${ingressClassName}`, UP);
    return found.metadata.labels?.["akash.network"] === "true"
      ? ok(`IngressClass ${ingressClassName}`)
      : failed(`IngressClass ${ingressClassName} lacks the label akash.network=true`, UP);
  },
};

/** Services of whatever controller is there. */
async function controllerServices(site: Observed): Promise<readonly Service[]> {
  const namespaces =
    site.site.ingress.mode === "gateway" ? [GATEWAY_NAMESPACE, "nginx-gateway"] : [classicNamespace];
  const lists = await Promise.all(
    namespaces.map((name) => site.cluster.list<Service>(`/api/v1/namespaces/${name}/services`)),
  );
  return lists.flat();
}

interface DaemonSet {
  readonly spec?: {
    readonly template?: {
      readonly spec?: {
        readonly hostNetwork?: boolean;
        readonly containers?: readonly { readonly ports?: readonly { readonly hostPort?: number }[] }[];
      };
    };
  };
}

/** Whether the controller's pods bind the ports of the nodes themselves. */
async function bindsHostPorts(site: Observed): Promise<boolean> {
  const sets = await Promise.all(
    [GATEWAY_NAMESPACE, "nginx-gateway", classicNamespace].map((name) =>
      site.cluster.list<DaemonSet>(`/apis/apps/v1/namespaces/${name}/daemonsets`),
    ),
  );
  return sets.flat().some(({ spec }) => {
    const pod = spec?.template?.spec;
    const ports = pod?.containers?.flatMap((container) => container.ports ?? []) ?? [];
    return pod?.hostNetwork === true || ports.some(({ hostPort }) => hostPort === 443);
  });
}

export const ingressPorts: Check = {
  id: "ingress-ports",
  title: "the ingress answers on the ports that routers forward",
  area: "network",
  observes: ["ingress NodePort ≠ router port"],
  needs: ["cluster"],
  async run(site) {
    const services = (await controllerServices(site)).filter(({ spec }) =>
      (spec?.ports ?? []).some(({ port }) => port === 443),
    );
    if (services.length === 0) return skipped("no Service of an ingress controller is in the cluster");
    if (await bindsHostPorts(site)) return ok("its pods bind the nodes' own ports");
    const moved = services
      .filter(({ spec }) => spec?.type === "NodePort")
      .flatMap(({ spec }) => spec?.ports ?? [])
      .filter(({ port, nodePort }) => nodePort !== undefined && nodePort !== port)
      .map(({ port, nodePort }) => `${port} is ${nodePort}`);
    if (moved.length === 0) return ok(services.map(({ metadata }) => metadata.name).join(", "));
    return failed(
      `on the nodes, ${moved.join(", ")}: a router that forwards the same numbers reaches nothing`,
      "Let the controller bind the nodes' ports (the default here), or forward each router port to its NodePort.",
    );
  },
};
