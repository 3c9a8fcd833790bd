import { CRDS } from "../../../components/akash/crds/definitions.ts";
import { NAMESPACES } from "../../../components/akash/namespaces.ts";
import { type Pricing, planPrices } from "../../../components/akash/pricing/prices.ts";
import { PRICE_JQ, PRICE_SH } from "../../../components/akash/pricing/script.ts";
import { akashImages } from "../../../components/akash/versions.ts";
import { PRIORITY_CLASS } from "../../../components/akash/workloads/pod.ts";
import { simulatedNodes } from "../../../embedded/cluster/nodes.ts";
import type { StoredObject } from "./apiServer.ts";

/** The program's mark, by which a takeover tells its objects from others'. */
const OURS = { "pulumi.com/patchForce": "true" };
const SERVICES = "/api/v1/namespaces/akash-services";
/** What the API server offers of admission policies that change objects. */
export const ADMISSION = "/apis/admissionregistration.k8s.io/v1beta1";
export const STATEFUL_SET = "/apis/apps/v1/namespaces/akash-services/statefulsets/akash-provider";
export const PROVIDER_POD = `${SERVICES}/pods/akash-provider-0`;
export const PRICING = `${SERVICES}/configmaps/akash-provider-pricing`;
export const KEYRING = `${SERVICES}/secrets/akash-provider-keyring`;
export const CERTIFICATE = `${SERVICES}/secrets/akash-provider-certificate`;
export const LEASE_NAMESPACE = "/api/v1/namespaces/lease-1";

export interface ClusterContent {
  readonly owner: string;
  readonly tenant: string;
  readonly rpc: string;
  readonly chainId: string;
  readonly domain: string;
  readonly pricing: Pricing;
  /** Files by name. */
  readonly keyring: Readonly<Record<string, Uint8Array>>;
  readonly sealedPem: string;
}

/** Variables of the provider, those that checks read. */
const settings = ({ rpc, chainId, domain }: ClusterContent): Readonly<Record<string, string>> => ({
  AP_NODE: rpc,
  AP_CHAIN_ID: chainId,
  AP_MONITOR_MAX_RETRIES: "2880",
  AP_MONITOR_RETRY_PERIOD: "30s",
  AP_DEPLOYMENT_NETWORK_POLICIES_ENABLED: "true",
  AP_DEPLOYMENT_INGRESS_STATIC_HOSTS: "true",
  AP_DEPLOYMENT_INGRESS_DOMAIN: `ingress.${domain}`,
  AP_BID_PRICE_STRATEGY: "shellScript",
});

const encode = (data: Readonly<Record<string, Uint8Array>>) =>
  Object.fromEntries(
    Object.entries(data).map(([name, bytes]) => [name, Buffer.from(bytes).toString("base64")]),
  );

/** The objects of a healthy site by API path: what `up` leaves, as far as the doctor reads it. */
export function siteObjects(content: ClusterContent): Map<string, StoredObject> {
  const objects = new Map<string, StoredObject>();
  const add = (path: string, rest: object = {}) => {
    const [, namespace] = /\/namespaces\/([^/]+)\/[a-z]/.exec(path) ?? [];
    const name = path.slice(path.lastIndexOf("/") + 1);
    const given = (rest as { metadata?: object }).metadata ?? {};
    const place = namespace === undefined ? { name } : { name, namespace };
    objects.set(path, { ...rest, metadata: { annotations: OURS, ...place, ...given } });
  };
  for (const node of simulatedNodes) {
    const conditions = [
      { type: "Ready", status: "True" },
      { type: "DiskPressure", status: "False" },
    ];
    const { metadata, status } = node;
    add(`/api/v1/nodes/${metadata.name}`, { metadata, status: { ...status, conditions } });
  }
  for (const { name, labels } of NAMESPACES) add(`/api/v1/namespaces/${name}`, { metadata: { labels } });
  for (const { metadata } of CRDS) {
    add(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${metadata.name}`, {
      status: { conditions: [{ type: "Established", status: "True" }] },
    });
  }
  const template = {
    spec: {
      priorityClassName: PRIORITY_CLASS,
      containers: [
        {
          name: "provider",
          image: akashImages().provider,
          args: ["provider-services", "run"],
          env: Object.entries(settings(content)).map(([name, value]) => ({ name, value })),
        },
      ],
    },
  };
  add(STATEFUL_SET, { spec: { replicas: 1, template }, status: { readyReplicas: 1 } });
  add(PROVIDER_POD, {
    metadata: { ownerReferences: [{ kind: "StatefulSet", name: "akash-provider" }] },
    spec: template.spec,
    status: { phase: "Running", containerStatuses: [{ restartCount: 0, state: {} }] },
  });
  for (const name of ["operator-hostname", "operator-inventory"]) {
    add(`/apis/apps/v1/namespaces/akash-services/deployments/${name}`, {
      spec: { replicas: 1 },
      status: { availableReplicas: 1 },
    });
  }
  add(PRICING, {
    data: {
      "price.sh": PRICE_SH,
      "price.jq": PRICE_JQ,
      "prices.json": JSON.stringify(planPrices(content.pricing)),
    },
  });
  add(KEYRING, { type: "Opaque", data: encode(content.keyring) });
  add(CERTIFICATE, {
    type: "Opaque",
    data: encode({ [`${content.owner}.pem`]: Buffer.from(content.sealedPem) }),
  });
  const label = { metadata: { labels: { "akash.network": "true" } } };
  add("/apis/storage.k8s.io/v1/storageclasses/beta3", { ...label, provisioner: "rancher.io/local-path" });
  add("/apis/networking.k8s.io/v1/ingressclasses/akash-ingress-class", label);
  add("/apis/node.k8s.io/v1/runtimeclasses/nvidia", { handler: "nvidia" });
  add(ADMISSION, { resources: [{ name: "mutatingadmissionpolicies" }] });
  add("/api/v1/namespaces/ingress-nginx/services/ingress-nginx-controller", {
    spec: { type: "LoadBalancer", ports: [{ port: 80 }, { port: 443 }] },
  });
  add(LEASE_NAMESPACE, { metadata: { labels: leaseLabels(content, "100") } });
  add(`${LEASE_NAMESPACE}/pods/web-1`, {
    metadata: { labels: { "akash.network/manifest-service": "web" } },
    spec: { containers: [{ name: "web", image: "nginx:1.29" }] },
    status: { phase: "Running" },
  });
  return objects;
}

/** Labels of a lease's namespace (`cluster/kube/builder/builder.go`). */
export function leaseLabels({ owner, tenant }: Pick<ClusterContent, "owner" | "tenant">, dseq: string) {
  return {
    "akash.network": "true",
    "akash.network/lease.id.owner": tenant,
    "akash.network/lease.id.dseq": dseq,
    "akash.network/lease.id.gseq": "1",
    "akash.network/lease.id.oseq": "1",
    "akash.network/lease.id.provider": owner,
  };
}
