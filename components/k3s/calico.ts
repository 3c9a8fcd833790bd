import { stringify } from "yaml";
import { loadPins } from "../../toolchain/pins.ts";
import type { K3sOptions } from "./types.ts";

/** Name of its file in the folder whose manifests K3s applies by itself. */
export const CALICO_MANIFEST = "pulumi-akash-calico.yaml";

/**
 * Calico, as an object for K3s's own Helm controller: it runs before there is a pod network (`bootstrap`), which
 * nothing that is installed from outside could, as no node is ready without one.
 *
 * @param chart the chart's archive, base64, for machines without internet
 */
export function calicoManifest(options: Pick<K3sOptions, "podCidr"> = {}, chart?: string): string {
  const pin = loadPins().charts["tigera-operator"];
  return stringify({
    apiVersion: "helm.cattle.io/v1",
    kind: "HelmChart",
    metadata: { name: "tigera-operator", namespace: "kube-system" },
    spec: {
      ...(chart === undefined ? { chart: pin?.url } : { chartContent: chart }),
      targetNamespace: "tigera-operator",
      createNamespace: true,
      bootstrap: true,
      valuesContent: stringify(calicoValues(options)),
    },
  });
}

function calicoValues({ podCidr = "10.42.0.0/16" }: Pick<K3sOptions, "podCidr">): Record<string, unknown> {
  return {
    installation: {
      calicoNetwork: {
        bgp: "Disabled",
        // Containers may set what K3s's own network lets them set.
        containerIPForwarding: "Enabled",
        ipPools: [{ cidr: podCidr, encapsulation: "VXLAN", natOutgoing: "Enabled", blockSize: 24 }],
      },
    },
    apiServer: { enabled: false },
    goldmane: { enabled: false },
    whisker: { enabled: false },
  };
}
