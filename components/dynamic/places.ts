/**
 * Where the declaration says that things are now. A state says where they were when it was written: an endpoint may
 * be dead by now, a kubeconfig may have moved or be that of another machine, and a refresh hands over the state.
 */
export interface Places {
  /** The chain in full: of one with this id, these endpoints are asked and this price is paid. */
  readonly chain?: { readonly chainId: string; readonly rpc: readonly string[]; readonly gasPrice: string };
  /** Absolute path; it is read where the one of the state is no more. */
  readonly kubeconfigPath?: string;
  /** Who serves this zone. */
  readonly nameServer?: { readonly zone: string; readonly server: string; readonly port: number };
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The commands hand the places to the engine in this variable, as JSON; its plugins inherit it. Nothing in it is secret. */
export const placesVariable = "PULUMI_AKASH_PLACES";

/** What the command that started this process has declared; nothing under plain `pulumi`. */
export function presentPlaces(env: Environment = process.env): Places {
  const text = env[placesVariable];
  return text ? (JSON.parse(text) as Places) : {};
}
