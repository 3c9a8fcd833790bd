import * as pulumi from "@pulumi/pulumi";

/** A Kubernetes object as a component declares it. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: unknown;
}

/**
 * Everything that components declare to Kubernetes, without an engine: what the engine would hand to the plugin.
 *
 * @param build imports the components, so that they are loaded after the mocks are set, and makes them
 */
export async function declaredObjects(build: () => Promise<void>): Promise<readonly KubernetesObject[]> {
  const objects: KubernetesObject[] = [];
  const newResource = ({ type, name, inputs }: pulumi.runtime.MockResourceArgs) => {
    if (type.startsWith("kubernetes:")) objects.push(inputs);
    return { id: `${name}-id`, state: inputs };
  };
  await pulumi.runtime.setMocks({ newResource, call: () => ({}) }, "pulumi-akash", "test", false);
  await build();
  // Returns when every registration has been answered.
  await pulumi.runtime.disconnect();
  return objects;
}

/** All of Akash's components with everything switched on that a site may have. */
export async function declaredSite(): Promise<readonly KubernetesObject[]> {
  return declaredObjects(async () => {
    const akash = await import("../../../components/akash/index.ts");
    const owner = "akash1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9";
    new akash.AkashNamespaces("t-namespaces");
    new akash.AkashCrds("t-crds");
    new akash.HostnameOperator("t-hostnames");
    new akash.InventoryOperator("t-inventory", { storageClasses: ["beta3"] });
    new akash.IpOperator("t-ip", { owner, metalLbPool: "public" });
    new akash.AkashProvider("t-provider", {
      owner,
      keyName: "provider",
      domain: "example.com",
      network: { chainId: "akashnet-2", rpc: "https://rpc.example.com:443" },
      keyring: { secretName: "akash-provider-keyring", checksum: "keyring-1" },
      certificate: { secretName: "akash-provider-certificate", fingerprint: "certificate-1" },
      tlsSecretName: "akash-provider-tls",
      storageClass: "local-path",
      metricsNamespaces: ["monitoring"],
      ipOperator: true,
      boundary: { lan: ["198.51.100.0/24"], mutatingAdmission: "v1beta1" },
    });
  });
}
