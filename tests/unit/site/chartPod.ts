export const IMAGE = "ghcr.io/akash-network/provider:0.16.2";

/** The pod of the official chart's provider, as the API server shows it. */
export const chartPod = {
  metadata: {
    name: "akash-provider-0",
    namespace: "akash-services",
    ownerReferences: [{ kind: "StatefulSet", name: "akash-provider" }],
  },
  spec: {
    containers: [
      {
        image: IMAGE,
        args: ["/bin/bash", "/scripts/run.sh"],
        envFrom: [{ configMapRef: { name: "akash-provider-main" } }],
      },
    ],
  },
};
