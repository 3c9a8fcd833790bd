import { existsSync } from "node:fs";
import { type AskEngine, type ExportedState, rewriteState } from "./state.ts";

interface ProviderState {
  readonly type: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

interface Exported extends ExportedState {
  readonly deployment: Readonly<Record<string, unknown>> & { readonly resources?: readonly ProviderState[] };
}

/**
 * Before a removal, which runs no program: where the state's kubeconfig is no more and the declared one is there, the
 * state's Kubernetes providers are given that one. Without it nothing in the cluster could be read or removed.
 *
 * @param declared absolute path
 */
export async function followKubeconfig(ask: AskEngine, declared: string): Promise<void> {
  if (existsSync(declared)) await rewriteState<Exported>(ask, (state) => withKubeconfig(state, declared));
}

function withKubeconfig(state: Exported, declared: string): Exported | undefined {
  const { resources = [] } = state.deployment;
  const moved = resources.map((resource) => pointedTo(resource, declared));
  if (moved.every((resource, index) => resource === resources[index])) return undefined;
  return { ...state, deployment: { ...state.deployment, resources: moved } };
}

function pointedTo(resource: ProviderState, declared: string): ProviderState {
  const { type, inputs, outputs } = resource;
  const kubeconfig = inputs?.["kubeconfig"];
  // Only a path can be gone: a text has lines, and a secret is no text.
  const isPath = typeof kubeconfig === "string" && kubeconfig.startsWith("/") && !kubeconfig.includes("\n");
  if (type !== "pulumi:providers:kubernetes" || !isPath || existsSync(kubeconfig)) return resource;
  return {
    ...resource,
    inputs: { ...inputs, kubeconfig: declared },
    outputs: { ...outputs, kubeconfig: declared },
  };
}
