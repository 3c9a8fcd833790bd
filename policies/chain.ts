import type { DeclaredResource } from "./types.ts";
import { entries } from "./values.ts";

const isDynamic = (token: string) => (resource: DeclaredResource) =>
  resource.type === `pulumi-nodejs:dynamic/${token}`;

export const isRegistration = isDynamic("chain:ProviderRegistration");
export const isCertificate = isDynamic("chain:Certificate");
/** One whose GPUs are known. */
export const isGpuGate = (resource: DeclaredResource) =>
  isDynamic("gpu:GpuGate")(resource) && Array.isArray(resource.props["expected"]);

/** Attributes of a registration whose value is known. */
export function attributesOf({ props }: DeclaredResource): Map<string, string> {
  return new Map(
    entries(props["attributes"]).flatMap(([key, value]) =>
      typeof value === "string" ? [[key, value] as const] : [],
    ),
  );
}

/** Host name of an address, or undefined where it is none. */
export function hostOf(uri: unknown): string | undefined {
  return typeof uri === "string" && URL.canParse(uri) ? new URL(uri).hostname : undefined;
}
