/** How to reach a cluster: a file read at call time, or its text (pass it as a Pulumi secret). */
export type ClusterAccess = { readonly kubeconfigPath: string } | { readonly kubeconfig: string };
