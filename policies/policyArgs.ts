import { createHash, randomUUID } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SiteConfig } from "../components/site/config.ts";
import { cacheRootOf } from "../toolchain/cache.ts";

/** The pack as an executable file: the engine starts it by itself, whatever language host it has. */
export const POLICY_PACK = join(import.meta.dirname, "pack.ts");

export interface PolicyArgsOptions {
  /** Keys of the GPU attributes that were detected on the site's nodes; without them only their form is judged. */
  readonly detected?: readonly string[];
  /** Folder for the engine's configuration of the pack. Default: the user's cache. */
  readonly folder?: string;
}

/** The engine's configuration of the pack: what each rule is set to and told. */
export function policyConfig(
  site: Pick<SiteConfig, "policies" | "mirror">,
  { detected }: Pick<PolicyArgsOptions, "detected"> = {},
): Record<string, Record<string, unknown>> {
  const config: Record<string, Record<string, unknown>> = {};
  for (const [rule, setting] of Object.entries(site.policies)) {
    if (setting !== undefined) config[rule] = { enforcementLevel: setting.enforcement };
  }
  const { images } = site.mirror;
  if (images !== undefined) config["pinned-images"] = { ...config["pinned-images"], allowed: [images] };
  if (detected !== undefined) {
    const text = JSON.stringify(detected.toSorted());
    config["attributes-as-detected"] = { ...config["attributes-as-detected"], detected: text };
  }
  return config;
}

/** What the engine is told of the pack; as lists, which is how the Automation API takes them. */
export interface PolicyPacks {
  readonly policyPacks: readonly string[];
  /** Files with the packs' configuration, one for each, or none at all. */
  readonly policyPackConfigs: readonly string[];
}

/**
 * Has the pack's configuration for a site ready. It is a file named after its content, and so never changes under a
 * run.
 */
export async function loadPolicyPacks(
  site: Pick<SiteConfig, "policies" | "mirror">,
  options: PolicyArgsOptions = {},
): Promise<PolicyPacks> {
  const config = policyConfig(site, options);
  if (Object.keys(config).length === 0) return { policyPacks: [POLICY_PACK], policyPackConfigs: [] };
  const text = `${JSON.stringify(config, null, 2)}\n`;
  const { folder = cacheFolder() } = options;
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 16);
  const file = join(folder, `${hash}.json`);
  await mkdir(folder, { recursive: true });
  // Several sites of a fleet are judged at once, also by one process.
  const temporary = `${file}.${randomUUID()}`;
  await writeFile(temporary, text);
  await rename(temporary, file);
  return { policyPacks: [POLICY_PACK], policyPackConfigs: [file] };
}

/** The same as arguments of `pulumi up` and `pulumi preview`. */
export async function loadPolicyArgs(
  site: Pick<SiteConfig, "policies" | "mirror">,
  options: PolicyArgsOptions = {},
): Promise<string[]> {
  const { policyPacks, policyPackConfigs } = await loadPolicyPacks(site, options);
  return [
    ...policyPacks.flatMap((path) => ["--policy-pack", path]),
    ...policyPackConfigs.flatMap((path) => ["--policy-pack-config", path]),
  ];
}

/** A site's exceptions with their reasons, as lines for a person. */
export function describeExceptions({ policies }: Pick<SiteConfig, "policies">): string[] {
  return Object.entries(policies).flatMap(([rule, setting]) =>
    setting === undefined ? [] : [`Policy ${rule} is ${setting.enforcement} here: ${setting.because}`],
  );
}

function cacheFolder(): string {
  return join(cacheRootOf(), "policies");
}
