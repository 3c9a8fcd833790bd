import {
  HARDWARE_DISCOVERY,
  HOSTNAME_OPERATOR,
  INVENTORY_OPERATOR,
  IP_OPERATOR,
  LEASE_NAMESPACE,
  PROVIDER_NAME,
  SERVICES_NAMESPACE,
} from "../names.ts";

/** Name of the policy and of its binding. */
export const LEASE_BOUNDARY = "akash-lease-boundary";

/**
 * The device plugin runs on nodes with this label. The inventory operator writes it in one patch with its own
 * (`isLabelManaged` in operator/inventory/node-discovery.go): without it, it could write none.
 */
const GPU_PRESENT = "nvidia.com/gpu.present";

/** A validation of an admission policy: a CEL expression that must hold, and what is said when it does not. */
export interface Validation {
  readonly expression: string;
  readonly message: string;
}

/** A ValidatingAdmissionPolicy without its metadata. */
export interface PolicySpec {
  readonly failurePolicy: "Fail";
  readonly matchConstraints: {
    readonly resourceRules: {
      readonly apiGroups: string[];
      readonly apiVersions: string[];
      readonly operations: string[];
      readonly resources: string[];
    }[];
  };
  readonly matchConditions: { readonly name: string; readonly expression: string }[];
  /** Absent where there is none: the API server drops an empty list, which would show as drift. */
  readonly variables?: { readonly name: string; readonly expression: string }[];
  readonly validations: Validation[];
}

/** What widens the boundary. */
export interface BoundaryOptions {
  /** Namespace of Rook Ceph, in whose toolbox the inventory operator runs `ceph df`. */
  readonly cephNamespace?: string;
}

const user = (account: string): string => `system:serviceaccount:${SERVICES_NAMESPACE}:${account}`;

const subjects = [PROVIDER_NAME, HOSTNAME_OPERATOR, INVENTORY_OPERATOR, HARDWARE_DISCOVERY, IP_OPERATOR];

/** Labels of a lease's namespace (cluster/kube/builder/namespace.go). `labels` is a CEL expression. */
const isLease = (labels: string): string =>
  `(${labels}[?'akash.network'].orValue('') == 'true' && 'akash.network/namespace' in ${labels} && 'akash.network/lease.id.owner' in ${labels})`;

const labelsOf = (object: string): string => `${object}.metadata.?labels.orValue({})`;

/**
 * The lease boundary: provider and operators change nothing outside leases' namespaces, whatever RBAC has to
 * allow them. RBAC cannot tell a lease's namespace from `kube-system`, since leases come and go; admission can,
 * by the labels the provider gives them. It is evaluated by the API server itself: nothing runs for it that
 * could be down. Reading is not subject to admission, so reads stay RBAC's alone.
 */
export function planLeaseBoundary(options: BoundaryOptions = {}): PolicySpec {
  return {
    failurePolicy: "Fail",
    matchConstraints: {
      resourceRules: [
        {
          apiGroups: ["*"],
          apiVersions: ["*"],
          operations: ["CREATE", "UPDATE", "DELETE", "CONNECT"],
          resources: ["*/*"],
        },
      ],
    },
    matchConditions: [
      {
        name: "akash-service-accounts",
        expression: `request.userInfo.username in [${subjects.map((name) => `'${user(name)}'`).join(", ")}]`,
      },
    ],
    variables: [
      {
        name: "isNamespace",
        expression: "request.resource.group == '' && request.resource.resource == 'namespaces'",
      },
      { name: "isNode", expression: "request.resource.group == '' && request.resource.resource == 'nodes'" },
      {
        name: "isWebhook",
        expression: "request.resource.resource == 'mutatingwebhookconfigurations'",
      },
      { name: "isDiscovery", expression: discoveryPod },
      { name: "isCeph", expression: cephToolbox(options.cephNamespace) },
      {
        name: "podSpec",
        expression:
          "request.resource.group == 'apps' && object != null ? object.?spec.?template.?spec : optional.none()",
      },
    ],
    validations: [
      {
        expression: `!variables.isNamespace || [object, oldObject].filter(o, o != null).all(o, ${isLease(labelsOf("o"))})`,
        message: "provider and operators may only make, change and delete namespaces of leases",
      },
      {
        expression: `variables.isNamespace || variables.isNode || variables.isWebhook || variables.isDiscovery || variables.isCeph
          || (request.namespace == '${LEASE_NAMESPACE}' && request.resource.group == 'akash.network')
          || (namespaceObject != null && ${isLease(labelsOf("namespaceObject"))})`,
        message: "provider and operators may only change what is in the namespace of a lease",
      },
      {
        expression: `!variables.isNode || (object.spec == oldObject.spec
          && ${keptLabels("object", "oldObject")} && ${keptLabels("oldObject", "object")})`,
        message: `the inventory operator may only change labels of nodes that begin with akash.network, and ${GPU_PRESENT}`,
      },
      {
        expression: `!variables.isWebhook || object == null || object.webhooks.all(w,
          w.?namespaceSelector.matchExpressions.orValue([]).exists(e, e.key == 'akash.network/namespace' && e.operator == 'Exists'))`,
        message: "the provider's webhook may only see pods of leases",
      },
      {
        expression: `!variables.podSpec.hasValue() || ${harmless("variables.podSpec.value()")}`,
        message: "a lease gets no host namespaces, no host paths and no privileges",
      },
    ],
  };
}

/** Prefix of the names of the pods that the inventory operator starts on every node. */
const DISCOVERY_PREFIX = "operator-inventory-hardware-discovery-";

/** By the inventory operator, on pods of this namespace. */
const inventoryPods = (namespace: string): string =>
  `request.userInfo.username == '${user(INVENTORY_OPERATOR)}' && request.namespace == '${namespace}'
    && request.resource.group == '' && request.resource.resource == 'pods'`;

/** What the inventory operator starts on every node: reads /sys, has no identity and no Secrets. */
const discoveryPod = `${inventoryPods(SERVICES_NAMESPACE)} && (
    request.operation == 'CONNECT' ? request.subResource == 'proxy' && request.name.startsWith('${DISCOVERY_PREFIX}')
    : request.operation == 'DELETE' ? request.name.startsWith('${DISCOVERY_PREFIX}')
    : request.operation == 'CREATE'
      && object.metadata.name.startsWith('${DISCOVERY_PREFIX}')
      && object.spec.serviceAccountName == '${HARDWARE_DISCOVERY}'
      && ${plainHost("object.spec")}
      && object.spec.?volumes.orValue([]).all(v, has(v.hostPath)
        ? v.hostPath.path == '/sys' : (has(v.projected) && v.name.startsWith('kube-api-access-')))
      && object.spec.containers.all(c, c.?volumeMounts.orValue([]).all(m, m.?readOnly.orValue(false))
        && c.?envFrom.orValue([]).size() == 0 && c.?env.orValue([]).all(e, !has(e.valueFrom)) && ${unprivileged("c")}))`;

function cephToolbox(namespace: string | undefined): string {
  if (namespace === undefined) return "false";
  return `${inventoryPods(namespace)} && request.operation == 'CONNECT' && request.subResource == 'exec'`;
}

function plainHost(spec: string): string {
  return ["hostNetwork", "hostPID", "hostIPC"]
    .map((field) => `!${spec}.?${field}.orValue(false)`)
    .join(" && ");
}

function unprivileged(container: string): string {
  return `!${container}.?securityContext.privileged.orValue(false)`;
}

function harmless(spec: string): string {
  return [
    plainHost(spec),
    `${spec}.?volumes.orValue([]).all(v, !has(v.hostPath))`,
    `(${spec}.containers + ${spec}.?initContainers.orValue([])).all(c, ${unprivileged("c")})`,
  ].join(" && ");
}

/** Every label of `one` that the inventory operator does not keep itself stands unchanged in `other`. */
function keptLabels(one: string, other: string): string {
  return `${labelsOf(one)}.all(k, k.startsWith('akash.network') || k == '${GPU_PRESENT}'
    || ${labelsOf(other)}[?k] == optional.of(${one}.metadata.labels[k]))`;
}
