import type { DeclaredResource } from "./types.ts";
import { entries } from "./values.ts";

const isDynamic = (token: string) => (resource: DeclaredResource) =>
  resource.type === `pulumi-nodejs:dynamic/chain:${token}`;

export const isRegistration = isDynamic("ProviderRegistration");
export const isCertificate = isDynamic("Certificate");

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
