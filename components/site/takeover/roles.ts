import type { AkashRole } from "./types.ts";

/** The part of a container that tells what it does. */
export interface ContainerView {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly envFrom?: readonly { readonly configMapRef?: { readonly name: string } }[];
}

/** `ghcr.io/akash-network/provider:0.16.2`, also from a mirror. */
const IMAGE = /(^|\/)provider(-services)?([:@]|$)/;
const PROGRAM = /(^|\/)provider-services$/;
const OPERATORS: readonly string[] = ["hostname", "inventory", "ip"] satisfies AkashRole[];

/**
 * What a container does for the network; undefined for anything else, such as the inventory's discovery pods or
 * a one-off query. The official chart starts the provider by a script, so a script in its image counts.
 */
export function roleOf(container: ContainerView): AkashRole | undefined {
  const words = wordsOf(container);
  if (!IMAGE.test(container.image ?? "") && !words.some((word) => PROGRAM.test(word))) return undefined;
  const operator = words[words.indexOf("operator") + 1];
  if (words.includes("operator"))
    return OPERATORS.includes(operator ?? "") ? (operator as AkashRole) : undefined;
  return words.some((word) => word === "run" || word.endsWith(".sh")) ? "provider" : undefined;
}

/** Whether a command line is `provider-services run`. */
export function isProviderCommand(words: readonly string[]): boolean {
  return words.some((word, index) => PROGRAM.test(word) && words.slice(index + 1).includes("run"));
}

/** The key that a container or process signs with, as its command line or variables have it. */
export function signingKey(
  words: readonly string[],
  variables: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const flag = words.findIndex((word) => word === "--from" || word.startsWith("--from="));
  const given = words[flag]?.startsWith("--from=") ? words[flag]?.slice("--from=".length) : words[flag + 1];
  return (flag === -1 ? undefined : given) ?? variables["AP_FROM"] ?? variables["AKASH_FROM"];
}

/** Its command line, scripts within it taken apart. */
export function wordsOf({ command = [], args = [] }: ContainerView): string[] {
  return [...command, ...args].flatMap((text) => text.split(/\s+/)).filter((word) => word !== "");
}

/** The variables that it sets by value. */
export function variablesOf({ env = [] }: ContainerView): Record<string, string | undefined> {
  return Object.fromEntries(env.map(({ name, value }) => [name, value]));
}
