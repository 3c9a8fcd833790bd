import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";

/**
 * Charts that stand in for the real ones where their repositories cannot be reached. Each has one Deployment,
 * and a ConfigMap with the values it was given, so that a test sees what the real chart would have got. They
 * prove that releases are made, updated and removed, in which order and with which values; of the real
 * charts' contents they prove nothing.
 */
const names = ["cert-manager", "gpu-operator", "ingress-nginx", "nginx-gateway-fabric"] as const;

const labels = { "app.kubernetes.io/name": "{{ .Chart.Name }}" };

const configMap = `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Chart.Name }}-values
data:
  values: |-
    {{- .Values | toJson | nindent 4 }}
`;

const deployment = stringify({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "{{ .Chart.Name }}", labels },
  spec: {
    replicas: 1,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: { containers: [{ name: "stand-in", image: "registry.k8s.io/pause:3.10" }] },
    },
  },
});

/** A definition that takes anything, for objects that the real chart defines. */
function openDefinition(group: string, version: string, kind: string, plural: string): object {
  const openAPIV3Schema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { kind, plural, singular: kind.toLowerCase() },
      versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  };
}

const fabricDefinitions = [
  openDefinition("gateway.nginx.org", "v1alpha1", "ClientSettingsPolicy", "clientsettingspolicies"),
  openDefinition("gateway.nginx.org", "v1alpha1", "ProxySettingsPolicy", "proxysettingspolicies"),
];

/**
 * Writes them into a mirror folder.
 *
 * @param certManagerCrds cert-manager's own CRDs, which issuers and certificates need
 */
export function writeStandInCharts(mirror: string, certManagerCrds: readonly object[]): void {
  for (const name of names) {
    const folder = join(mirror, name);
    mkdirSync(join(folder, "templates"), { recursive: true });
    mkdirSync(join(folder, "crds"));
    const chart = {
      apiVersion: "v2",
      name,
      version: "0.0.1",
      description: `Stands in for ${name} in tests. It is not ${name}.`,
    };
    writeFileSync(join(folder, "Chart.yaml"), stringify(chart));
    writeFileSync(join(folder, "templates", "values.yaml"), configMap);
    writeFileSync(join(folder, "templates", "deployment.yaml"), deployment);
    const definitions = { "cert-manager": certManagerCrds, "nginx-gateway-fabric": fabricDefinitions }[
      name as string
    ];
    for (const [index, definition] of (definitions ?? []).entries()) {
      writeFileSync(join(folder, "crds", `${index}.yaml`), stringify(definition));
    }
  }
}
